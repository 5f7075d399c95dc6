/// Links and domain names, but for those of allowed domains.
struct LinkDetector {
    /// Lower case, ASCII.
    let allowed: Set<String>

    func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        // Where the last link ends that was allowed.
        var from = 0
        text.appendSpans(to: &spans, at: .words) { word in
            guard word.start >= from, Self.mayStartLink(word, text),
                let link = Link(in: text, at: word)
            else { return nil }
            if isAllowed(link, text) {
                from = link.end
                return nil
            }
            return Span(start: word.start, end: link.end)
        }
    }

    /// Whether a sign behind a word may be a dot, or what a scheme ends in.
    private static func mayStartLink(_ word: DetectorText.Word, _ text: DetectorText) -> Bool {
        if text.kind(word.start - 1).contains(.joint) { return false }
        if text[word.end] != UInt8(ascii: " ") { return text.kind(word.end).contains(.dot) }
        return text.kind(word.end + 1).contains(.dot)
            || text.contents.meanings.contains(.dot) && text[word.end + 1] == UInt8(ascii: "d")
    }

    /// Whether a link leads to an allowed domain. One with a letter that only looks like ASCII's
    /// doesn't.
    private func isAllowed(_ link: Link, _ text: DetectorText) -> Bool {
        guard let host = link.host, text.isPlain(Span(start: host.start, end: host.end)) else {
            return false
        }
        let labels = host.labels(in: text)
        return labels.indices.contains { allowed.contains(labels[$0...].joined(separator: ".")) }
    }

    /// A link in a text.
    private struct Link {
        /// Nil for what is no domain name: `http://192.0.2.1`.
        let host: DomainName?
        let end: Int

        init?(in text: DetectorText, at word: DetectorText.Word) {
            let start = word.start
            let scheme = word.meaning.contains(.scheme) ? Self.pastScheme(in: text, word.end) : nil
            let from = Self.pastUser(in: text, at: scheme ?? start, hasScheme: scheme != nil)
            let host = DomainName(in: text, at: from)
            let numberEnd = scheme.map { Self.numberEnd(in: text, from: max($0, from)) }
            guard let end = host?.end ?? numberEnd, end > start else { return nil }
            if let scheme, end == scheme { return nil }
            let next = text[end]
            let hasPath =
                next == UInt8(ascii: "/") && text.isWord(end + 1)
                || next == UInt8(ascii: ":") && text.isDigit(end + 1)
            let isWWW = text.end(of: "www.", at: start) != nil
            guard scheme != nil || hasPath || isWWW || host?.isWellKnown == true else { return nil }
            // What goes on as an address is none.
            if scheme == nil, next == UInt8(ascii: "@") { return nil }
            self.host = host
            self.end = Self.linkEnd(in: text, from: end, goesOn: scheme != nil || hasPath)
        }

        /// Where the slashes end that may follow a scheme, or nil.
        private static func pastScheme(in text: DetectorText, _ end: Int) -> Int? {
            for slashes in ["://", ":\\\\", ":/", " :// "] as [StaticString] {
                if let end = text.end(of: slashes, at: end) { return end }
            }
            return nil
        }

        /// Where the host starts: after the user's name that may stand before it.
        private static func pastUser(
            in text: DetectorText,
            at start: Int,
            hasScheme: Bool
        ) -> Int {
            guard hasScheme else { return start }
            var host = start
            var index = start
            while index < start + hostMax, index < text.count, !hostEnds.contains(text[index]) {
                index += 1
                if text[index - 1] == UInt8(ascii: "@") { host = index }
            }
            return host
        }

        /// Where a host ends that is no name: `192` of `192.0.2.1`, or `[2001:db8::1]`.
        private static func numberEnd(in text: DetectorText, from start: Int) -> Int {
            guard text[start] == UInt8(ascii: "[") else { return text.wordEnd(start) }
            var index = start + 1
            while index < start + numberMax,
                text.isAlphanumeric(index) || text[index] == UInt8(ascii: ":")
                    || text[index] == UInt8(ascii: ".")
            {
                index += 1
            }
            return index > start + 2 && text[index] == UInt8(ascii: "]") ? index + 1 : start
        }

        /// Where the link ends: before white space, without the marks of the sentence around it.
        private static func linkEnd(
            in text: DetectorText,
            from: Int,
            goesOn: Bool
        ) -> Int {
            guard goesOn || linkGoesOn.contains(text[from]) else { return from }
            var end = from
            while end < text.count, !linkEnds.contains(text[end]) { end += 1 }
            while end > from, sentenceMarks.contains(text[end - 1]) { end -= 1 }
            return end
        }

        private static let hostEnds = Array("/\\?# \"<>".utf8)
        private static let linkGoesOn = Array("/?#:\\".utf8)
        private static let linkEnds = Array(" \"<>".utf8)
        private static let sentenceMarks = Array(".,!?:;)]}'*_".utf8)
        /// Longer hosts are none (RFC 1035 §2.3.4).
        private static let hostMax = 255
        /// The longest address of version 6, with its brackets (RFC 4291 §2.2).
        private static let numberMax = 47
    }
}
