/// E-mail addresses, also with `(at)`, `at` and `dot` written out, or spaces around the signs.
enum EmailDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var from = 0
        for index in 0..<text.atSigns.count where text.atSigns[index] >= from {
            guard let sign = AtSign(in: text, at: text.atSigns[index]),
                let start = localPart(in: text, before: sign, from: from),
                let domain = DomainName(in: text, at: sign.end, isSpaced: sign.isSpaced),
                !sign.isWord || domain.hasSpelledDot || isProvider(domain, text)
            else { continue }
            spans.append(Span(start: start, end: domain.end))
            from = domain.end
        }
    }

    /// Where the name before the sign starts, or nil when there is none.
    private static func localPart(
        in text: DetectorText,
        before sign: AtSign,
        from: Int
    ) -> Int? {
        var start = sign.start
        while start > from, sign.start - start < lengthMax, isLocal(text, start - 1) { start -= 1 }
        while start < sign.start, !text.isWord(start) { start += 1 }
        return start < sign.start ? start : nil
    }

    private static func isLocal(_ text: DetectorText, _ index: Int) -> Bool {
        text.isWord(index) || localSigns.contains(text[index])
    }

    /// Whether people have their mail there: `mary at gmail.com` is an address, `look at club.ie` none.
    private static func isProvider(_ domain: DomainName, _ text: DetectorText) -> Bool {
        providers.contains { text.end(of: $0, at: domain.start) == domain.firstLabelEnd }
    }

    private static let providers: [StaticString] = [
        "gmail", "googlemail", "hotmail", "outlook", "live", "msn", "yahoo", "ymail", "icloud",
        "me", "aol", "proton", "protonmail", "eircom", "btinternet", "gmx",
    ]
    private static let localSigns = Array("._%+-'".utf8)
    /// RFC 5321 §4.5.3.1.1.
    private static let lengthMax = 64

    /// The `@` of an address, as people write it.
    private struct AtSign {
        /// Where the space before it starts, or itself.
        let start: Int
        /// Where the domain may start.
        let end: Int
        /// Whether it stands apart, or is a word, so that the domain must be a known one.
        let isSpaced: Bool
        /// Whether it is the word `at`, which is mostly just that.
        let isWord: Bool

        /// - Parameter index: where an `@` or the word `at` stands.
        init?(in text: DetectorText, at index: Int) {
            let isWord = text[index] == UInt8(ascii: "a")
            var start = index
            var end = isWord ? index + 2 : index + 1
            let isFramed = Self.frames.contains { text[start - 1] == $0 && text[end] == $1 }
            if isFramed {
                start -= 1
                end += 1
            }
            let before = text[start - 1] == UInt8(ascii: " ") ? start - 1 : start
            let after = text.skippingSpace(end)
            if isWord, !isFramed, before == start || after == end { return nil }
            self.start = before
            self.end = after
            isSpaced = before < start || after > end
            self.isWord = isWord && !isFramed
        }

        private static let frames = ["()", "[]", "{}", "<>"].map { (frame: StaticString) in
            (frame.utf8Start[0], frame.utf8Start[1])
        }
    }
}
