import Testing

@testable import ContentMatching

@Suite("Patterns and terms")
struct MatcherTests {
    @Test(
        "a term is found as a word of its own, whatever its case",
        arguments: [
            ("muppet", "You Muppet!", ["Muppet"]),
            ("muppet", "muppets", []),
            ("muppet", "MUPPET muppet", ["MUPPET", "muppet"]),
            ("muppet", "_muppet_", ["muppet"]),
            ("muppet", "3muppet", []),
            ("muppet", "émuppet", []),
            ("muppet", "e\u{301}muppet", []),
            ("muppet", "muppet\u{301}", ["muppet"]),
            ("muppet", "muppet\u{301}s", []),
            ("get lost", "get \n\u{B} LOST", ["get \n\u{B} LOST"]),
            ("get lost", "getlost", []),
            ("blödmann", "Du BLÖDMANN", ["BLÖDMANN"]),
            ("дурак", "ДУРАК! дураки", ["ДУРАК"]),
            ("笨蛋", "你是笨蛋吗", ["笨蛋"]),
            ("c++", "I like C++.", ["C++"]),
            ("kick", "\u{212A}ick", ["\u{212A}ick"]),
            ("a a", "a a a a", ["a a", "a a"]),
            ("b c", "xb c b c", ["b c"]),
            ("muppet", "", []),
        ] as [(String, String, [String])]
    )
    func terms(term: String, text: String, expected: [String]) throws {
        let matcher = try Matcher.term(term, except: [], folds: .case)
        #expect(hits([matcher], in: text)[0] ?? [] == expected)
    }

    @Test("a term with case is found in that case alone")
    func termWithCase() throws {
        let matcher = try Matcher.term("Bob", except: [], folds: [])
        #expect(hits([matcher], in: "Bob bob BOB")[0] == ["Bob"])
    }

    @Test(
        "a hit within an exception is no hit",
        arguments: [
            ("what a donkey", ["donkey"]),
            ("the donkey derby", []),
            ("the donkey derby, you donkey", ["donkey"]),
            ("wooden donkey derby", []),
            ("the donkey derbyshire", ["donkey"]),
        ] as [(String, [String])]
    )
    func exceptions(text: String, expected: [String]) throws {
        let matcher = try Matcher.term(
            "donkey",
            except: ["donkey derby", "wooden donkey"],
            folds: .case
        )
        #expect(hits([matcher], in: text)[0] ?? [] == expected)
    }

    @Test(
        "a pattern gives the exact spans of all its matches",
        arguments: [
            (#"\b\d{3}-\d{4}\b"#, "555-1234 or 555-9999x 555-0000", ["555-1234", "555-0000"]),
            (#"(?i)snap\s*[:@]\s*\w+"#, "my SNAP : joe", ["SNAP : joe"]),
            ("é+", "cafééé", ["ééé"]),
            (#"\p{Greek}+"#, "a αβγ b", ["αβγ"]),
            (#"^start"#, "start start", ["start"]),
            (#"end$"#, "end\nend", ["end"]),
            (#"\S+@"#, "\u{B}@", ["\u{B}@"]),
            (#"(?U)a.*b"#, "aXbXb", ["aXb"]),
            (#"x|\b"#, "ab x", ["x"]),
        ] as [(String, String, [String])]
    )
    func patterns(pattern: String, text: String, expected: [String]) throws {
        let matcher = try Matcher.pattern(pattern, folds: [])
        #expect(hits([matcher], in: text)[0] ?? [] == expected)
    }

    @Test(
        "a pattern that can't be had in linear time, or at all, is refused with its place",
        arguments: [
            ("ab(cd", "missing ): 'ab(cd'", 2),
            ("ab)cd", "unexpected ): 'ab)cd'", 2),
            ("[a-", "missing ]: '[a-'", 0),
            ("a(?=b)", "look-around '(?=' is not linear-time and not supported", 1),
            (#"(a)\1"#, #"back reference '\1' is not linear-time and not supported"#, 3),
            ("üx**", "bad repetition operator: '**'", 2),
            ("x{2000}", "invalid repetition size: '{2000}'", 1),
            ("a*", "the pattern matches the empty text, so it hits always", 0),
            ("", "the pattern matches the empty text, so it hits always", 0),
        ] as [(String, String, Int)]
    )
    func refusals(pattern: String, message: String, offset: Int) {
        #expect(throws: ExpressionError(message: message, scalarOffset: offset)) {
            try Matcher.pattern(pattern, folds: .case)
        }
    }

    @Test("a text full of hits ends in one span to its end")
    func manyHits() throws {
        let matcher = try Matcher.pattern("a", folds: [])
        let found = try #require(hits([matcher], in: String(repeating: "ab", count: 500))[0])
        #expect(found.count == Matcher.hitsMax)
        #expect(found.last?.count == 1000 - 2 * (Matcher.hitsMax - 1))
    }

    @Test("spans that overlap or touch become one")
    func merging() {
        let spans = [(5, 9), (0, 2), (2, 3), (8, 12), (14, 15)].map { Span(start: $0, end: $1) }
        let merged = Span.merged(spans).map { [$0.start, $0.end] }
        #expect(merged == [[0, 3], [5, 12], [14, 15]])
    }
}
