/// E-mail addresses, also with `(at)`, `at` and `dot` written out, or spaces around the signs.
enum EmailDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var from = 0
        var index = 0
        while index < text.count {
            guard let sign = AtSign(in: text, at: index),
                let start = localPart(in: text, before: sign, from: from),
                let domain = DomainName(in: text, at: sign.end, isSpaced: sign.isSpaced),
                !sign.isWord || domain.hasSpelledDot || isProvider(domain, text)
            else {
                index += 1
                continue
            }
            spans.append(Span(start: start, end: domain.end))
            index = domain.end
            from = index
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
        providers.contains { text.end(of: $0, at: domain.start) == domain.labels[0].end }
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

        init?(in text: DetectorText, at index: Int) {
            let before = text[index - 1] == UInt8(ascii: " ") ? index - 1 : index
            let forms: [StaticString] = ["@", "(at)", "[at]", "{at}", "(@)", "[@]", "<at>"]
            let byte = text[index]
            guard
                byte == 0x40 || byte == 0x28 || byte == 0x5B || byte == 0x7B || byte == 0x3C
                    || byte == 0x61
            else { return nil }
            for form in forms {
                guard let end = text.end(of: form, at: index) else { continue }
                let after = text.skippingSpace(end)
                self.init(
                    start: before,
                    end: after,
                    isSpaced: before < index || after > end,
                    isWord: false
                )
                return
            }
            guard before < index, let end = text.end(ofWord: "at", at: index),
                text.skippingSpace(end) > end
            else { return nil }
            self.init(start: before, end: end + 1, isSpaced: true, isWord: true)
        }

        private init(start: Int, end: Int, isSpaced: Bool, isWord: Bool) {
            self.start = start
            self.end = end
            self.isSpaced = isSpaced
            self.isWord = isWord
        }
    }
}
