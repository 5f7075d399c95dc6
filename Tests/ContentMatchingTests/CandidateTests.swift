import Testing

@testable import ContentMatching

@Suite("Hyperscan's candidates")
struct CandidateTests {
    @Test("of 200 random patterns, all that RE2 finds in random texts are candidates")
    func supersetOfRE2() throws {
        var random = SplitMix(state: 7)
        let patterns = try (0..<200).map { index in
            try Pattern(Self.pattern(&random) + "x", folds: index % 4 == 1 ? .case : [])
        }
        let set = MatcherSet(patterns.map { .pattern($0) })
        #expect(set.raw?.flat != nil && set.raw?.unicode != nil)
        let scanner = MatcherScanner(set)
        var hitCount = 0
        for _ in 0..<1000 {
            let text = Self.text(&random, length: 40, of: Self.pieces)
            let found = hits(scanner, in: text)
            for (index, pattern) in patterns.enumerated() {
                let spans = Array(text.utf8).withUnsafeBytes { pattern.spans(in: $0) }
                #expect(spans.isEmpty == (found[index] == nil), "\(pattern.source) in \(text)")
                hitCount += spans.count
            }
        }
        #expect(hitCount > 1000)
    }

    @Test(
        "what Hyperscan refuses goes to RE2 with every text",
        arguments: [#"a\Cb"#, "(?U)ab+", #"\vx"#]
    )
    func refusedByHyperscan(pattern: String) throws {
        let set = MatcherSet([
            try .pattern("plain", folds: .case), try .pattern(pattern, folds: []),
        ])
        #expect(set.slowCount == 1)
        #expect(set.raw?.flat != nil)
        #expect(hits(MatcherScanner(set), in: "a-b abb plain \u{B}x").count == 2)
    }

    @Test("what Hyperscan finds too large to compile is still found, and holds up no other")
    func tooLarge() throws {
        let domain = #"\b(?:https?://)?(?:[a-z0-9-]{2,40}\.){1,3}TOP(?:/[^\s]*)?(?:\s|$)"#
        let matchers =
            try ["bad", "é"].map { try Matcher.pattern($0, folds: .case) } + [
                try .pattern(domain.replacing("TOP", with: "top"), folds: .case),
                try .pattern(domain.replacing("TOP", with: "töp"), folds: .case),
            ]
        let found = hits(matchers, in: "é BAD see www.a-b.top/x?y or cc.töp")
        #expect(found == [0: ["BAD"], 1: ["é"], 2: ["www.a-b.top/x?y "], 3: ["cc.töp"]])
    }

    @Test("a long text beyond ASCII is searched to its end")
    func longText() throws {
        let matchers = [try Matcher.pattern("end.$", folds: [])]
        let scanner = MatcherScanner(MatcherSet(matchers))
        let text = String(repeating: "é", count: 100_000) + "endé"
        #expect(hits(scanner, in: text) == [0: ["endé"]])
        #expect(hits(scanner, in: "end.") == [0: ["end."]])
    }

    @Test("a set without matchers finds nothing")
    func empty() {
        #expect(hits([], in: "anything").isEmpty)
    }

    private static let pieces = [
        "a", "b", "k", "s", "x", "X", "ü", "Ü", "\u{212A}", "\u{17F}", " ", "\n", "\u{B}", "7",
        "α", "\u{1C80}", "в", "ab", "_", "-",
    ]

    private static func text(
        _ random: inout SplitMix,
        length: Int,
        of pieces: [String]
    ) -> String {
        (0..<length).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    /// A random expression of RE2's syntax.
    private static func pattern(_ random: inout SplitMix, depth: Int = 0) -> String {
        let atoms = [
            "a", "b", "k", "s", "x", "ü", "[ks]", "[^a]", ".", #"\w"#, #"\s"#, #"\S"#, #"\b"#,
            #"\p{L}"#, #"\d"#, #"\B"#, "в", "[a-z]", "(?i:ü)", #"\W"#, "^", "$",
        ]
        if depth > 2 || Int.random(in: 0..<3, using: &random) == 0 {
            return atoms.randomElement(using: &random) ?? ""
        }
        let left = pattern(&random, depth: depth + 1)
        let right = pattern(&random, depth: depth + 1)
        return switch Int.random(in: 0..<4, using: &random) {
        case 0: "(?:\(left)|\(right))"
        case 1: "(?:\(left))?\(right)"
        case 2: "(?:\(left))+\(right)"
        default: "\(left)\(right)"
        }
    }
}
