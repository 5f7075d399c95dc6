import Testing

@testable import ContentMatching

@Suite("Spans of folded texts")
struct SpanPropertyTests {
    @Test(
        "in random texts every span lies in the text, cuts no character, and is apart from the others",
        arguments: 0..<8
    )
    func boundaries(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let scanner = MatcherScanner(MatcherSet(try Self.matchers(&random)))
        var count = 0
        for _ in 0..<400 {
            let text = Self.text(&random)
            let bytes = Array(text.utf8)
            let edges = Set(
                text.unicodeScalars.indices.map { $0.utf16Offset(in: text) }
                    .map { text.utf16.index(text.startIndex, offsetBy: $0) }
                    .map { text.utf8.distance(from: text.startIndex, to: $0) } + [bytes.count]
            )
            let hits = bytes.withUnsafeBytes { scanner.hits(in: $0) }
            count += hits.count
            for hits in Dictionary(grouping: hits, by: \.matcher).values {
                var last = 0
                for span in hits.map(\.span).sorted(by: { $0.start < $1.start }) {
                    #expect(span.start >= last && span.start < span.end)
                    #expect(edges.contains(span.start) && edges.contains(span.end))
                    last = span.end
                }
            }
        }
        #expect(count > 100)
    }

    @Test("a disguise of a term, put anywhere, is found and is the whole span", arguments: 0..<8)
    func disguised(seed: Int) throws {
        var random = SplitMix(state: UInt64(100 + seed))
        let term = "loser"
        let matcher = try Matcher.term(term, except: [], folds: FoldSet(Fold.allCases))
        let scanner = MatcherScanner(MatcherSet([matcher]))
        for _ in 0..<200 {
            let disguise = Self.disguise(term, &random)
            // Digits alone are a number, and so are most of them with a plain letter.
            let hasLookalike = disguise.contains { !$0.isASCII && $0.isLetter }
            guard
                hasLookalike
                    || disguise.count(where: \.isNumber) < disguise.count(where: \.isLetter)
            else { continue }
            let before = ["", "so ", "日本 ", "é! ", "\u{200B}"].randomElement(using: &random) ?? ""
            let after = ["", " now", "!!", " 😀", "…", "’ "].randomElement(using: &random) ?? ""
            let found = ContentMatchingTests.hits(scanner, in: before + disguise + after)[0]
            let bytes = found.map { $0.map { Array($0.utf8) } }
            #expect(bytes == [Array(disguise.utf8)], "\(before)|\(disguise)|\(after)")
        }
    }

    @Test("letters that spell a word are looked for wherever there are some", arguments: 0..<8)
    func spelled(seed: Int) {
        var random = SplitMix(state: UInt64(200 + seed))
        var text = FoldedText(FoldSet(Fold.allCases))
        var starts = WordStarts()
        var words = SpelledWords()
        defer {
            text.free()
            starts.free()
            words.free()
        }
        var count = 0
        let pieces = ["a", "l", "1", "!", "$", "é", " ", " ", ".", "-", "ab", "😀", "e\u{301}", "?"]
        for _ in 0..<2000 {
            let pieces = (0..<Int.random(in: 0..<20, using: &random)).compactMap { _ in
                pieces.randomElement(using: &random)
            }
            Array(pieces.joined().utf8).withUnsafeBytes { text.read($0) }
            starts.read(text)
            words.read(text)
            if words.words.isEmpty { continue }
            count += 1
            #expect(starts.maySpellWords, "\(pieces.joined().debugDescription)")
        }
        #expect(count > 50)
    }

    @Test("texts of one kind of character, however long, are searched in linear time")
    func longTexts() throws {
        var random = SplitMix(state: 3)
        var matchers = try Self.matchers(&random)
        matchers.append(
            try .term("lil ill i11 l1l1l1l1", except: ["l1l"], folds: FoldSet(Fold.allCases))
        )
        let scanner = MatcherScanner(MatcherSet(matchers))
        let pieces = [
            "1", "\u{301}", "a\u{301}\u{323}", "\u{200B}", "l ", "1 ", "@", ".", "0 ", "a.", "+1 ",
            "\u{202E}", "ﷺ", "|", "l", "ie12 ", "double ", "http://", "a@", "snap ", "1/1/", "::",
            "u r a ", "at ", "한", "\u{1100}\u{1161}", "loser ", "loser goes home ",
        ]
        let clock = ContinuousClock()
        for piece in pieces {
            let short = String(repeating: piece, count: 512 / piece.utf8.count)
            let long = String(repeating: piece, count: (8 << 10) / piece.utf8.count)
            let timeOfShort = clock.measure { _ = ContentMatchingTests.hits(scanner, in: short) }
            let timeOfLong = clock.measure { _ = ContentMatchingTests.hits(scanner, in: long) }
            // Sixteen times the text; quadratic time would be 256 times as long.
            #expect(timeOfLong < timeOfShort * 80 + .milliseconds(200), "\(piece.debugDescription)")
        }
    }

    private static func matchers(_ random: inout SplitMix) throws -> [Matcher] {
        let words = ["loser", "a", "ill", "é", "한국", "shut up", "1", "lo", "e\u{301}"]
        var matchers = Detector.Kind.allCases.map { Matcher.detector(Detector($0)) }
        for word in words {
            for _ in 0..<3 {
                let folds = FoldSet(rawValue: UInt8.random(in: 0..<128, using: &random))
                matchers.append(
                    try .term(word, except: ["loser goes home", "a ill"], folds: folds)
                )
                matchers.append(try .pattern("[\(word)]+", folds: folds))
            }
        }
        return matchers
    }

    private static func text(_ random: inout SplitMix) -> String {
        let pieces = [
            "l", "o", "s", "e", "r", "loser", " ", "  ", ".", "a", "é", "e\u{301}", "\u{200B}",
            "\u{301}", "0", "1", "$", "!", "ﬁ", "ｌ", "한국", "\u{1112}\u{1161}\u{11AB}", "ill",
            "shut up", "👩‍👩‍👧", "🇮🇪", "ﷺ", "\n", "\r\n", "@", "x@y.ie", "0861234567", "http://",
            "о", "Ѕ", "\u{202E}", "|", "ẞ", "ŉ", "ǰ", "\u{E0041}", "\u{FE0F}", "१",
        ]
        return (0..<Int.random(in: 1..<40, using: &random))
            .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private static func disguise(_ term: String, _ random: inout SplitMix) -> String {
        let looks: [Character: [String]] = [
            "l": ["l", "L", "Ⅼ", "ⅼ", "𝗅", "1", "|", "ｌ"],
            "o": ["o", "O", "0", "о", "ο", "ö", "𝕠", "ᴏ"],
            "s": ["s", "S", "$", "5", "ѕ", "ⓢ"],
            "e": ["e", "E", "3", "е", "é", "𝐞"],
            "r": ["r", "R", "ʀ", "ｒ", "𝓇"],
        ]
        let letters = term.map { letter in
            let look = looks[letter]?.randomElement(using: &random) ?? String(letter)
            let times = [1, 1, 1, 4].randomElement(using: &random) ?? 1
            return String(repeating: look, count: times)
        }
        let gap =
            ["", "", "\u{200B}", "\u{AD}\u{2060}", " ", ".", " - ", "*"]
            .randomElement(using: &random) ?? ""
        return letters.joined(separator: gap)
    }
}
