/// Addresses of the internet protocol: four numbers (RFC 791), or groups of hex digits (RFC 4291).
enum IPDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var from = 0
        text.appendSpans(to: &spans, at: .words) { word in
            guard isBesideSign(word, in: text), isHex(text[word.start]) else { return nil }
            let start = start(of: word, in: text)
            guard start >= from else { return nil }
            switch text[start - 1] {
            case UInt8(ascii: "."), UInt8(ascii: ":"): return nil
            default: break
            }
            let end = tokenEnd(text, start)
            if end > word.end { from = end }
            return four(in: text, at: start) ?? six(in: text, at: start, end)
        }
    }

    /// Whether a sign stands beside a word that numbers of addresses stand beside.
    private static func isBesideSign(_ word: DetectorText.Word, in text: DetectorText) -> Bool {
        switch text[word.end] {
        case UInt8(ascii: "."), UInt8(ascii: ":"): true
        default: text[word.start - 1] == UInt8(ascii: ":")
        }
    }

    /// Where an address starts whose first digits are a word: before a `::`.
    private static func start(of word: DetectorText.Word, in text: DetectorText) -> Int {
        let isBehindGap = text.end(of: "::", at: word.start - 2) != nil
        return isBehindGap && !text.isWord(word.start - 3) ? word.start - 2 : word.start
    }

    /// Where the characters end that either form may have.
    private static func tokenEnd(_ text: DetectorText, _ start: Int) -> Int {
        var end = start
        while isHex(text[end]) || text[end] == UInt8(ascii: ":") || text[end] == UInt8(ascii: ".") {
            end += 1
        }
        return end
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        DetectorText.isDigit(byte) || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
    }

    private static func four(in text: DetectorText, at start: Int) -> Span? {
        var index = start
        for part in 0..<4 {
            let first = index
            while text.isDigit(index), index - first < 3 { index += 1 }
            guard index > first, text.number(Span(start: first, end: index)) <= 255 else {
                return nil
            }
            if part < 3 {
                guard text[index] == UInt8(ascii: ".") else { return nil }
                index += 1
            }
        }
        // A fifth number makes it a version, a full stop ends a sentence.
        let goesOn = text[index] == UInt8(ascii: ".") && text.isWord(index + 1)
        return text.isWord(index) || goesOn ? nil : Span(start: start, end: index)
    }

    private static func six(
        in text: DetectorText,
        at start: Int,
        _ tokenEnd: Int
    ) -> Span? {
        var groups = 0
        var gaps = 0
        var hasDigit = false
        var index = start
        while index < tokenEnd, groups <= 8 {
            if text.end(of: "::", at: index) != nil {
                gaps += 1
                index += 2
            } else if text[index] == UInt8(ascii: ":"), groups > 0, isHex(text[index + 1]) {
                index += 1
            } else if index > start, text[index - 1] != UInt8(ascii: ":") {
                break
            }
            let first = index
            while isHex(text[index]), index - first < 5 {
                hasDigit = hasDigit || text.isDigit(index)
                index += 1
            }
            if index - first == 5 { return nil }
            if index > first { groups += 1 } else { break }
        }
        let isWhole = groups == 8 && gaps == 0 || gaps == 1 && (1...7).contains(groups)
        guard isWhole, hasDigit, !text.isWord(index) else { return nil }
        return Span(start: start, end: index)
    }
}
