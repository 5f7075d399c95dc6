/// British National Insurance numbers: two letters, six digits, and a letter from A to D.
enum NINODetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        text.appendSpans(to: &spans, at: .codes) { word in
            end(in: text, at: word.start).map { Span(start: word.start, end: $0) }
        }
    }

    private static func end(in text: DetectorText, at start: Int) -> Int? {
        var characters = SpacedCharacters(text, from: start)
        guard let first = characters.letter(), let second = characters.letter() else { return nil }
        for _ in 0..<6 where characters.digit() == nil { return nil }
        guard let last = characters.letter(), last <= UInt8(ascii: "d"), characters.endsWord,
            isPrefix(first, second)
        else { return nil }
        return characters.end
    }

    /// HMRC's National Insurance Manual, NIM39110: which letters and pairs are never used.
    private static func isPrefix(_ first: UInt8, _ second: UInt8) -> Bool {
        guard !never.contains(first), !never.contains(second), second != UInt8(ascii: "o") else {
            return false
        }
        let pair = String(decoding: [first, second], as: UTF8.self)
        return !["bg", "gb", "kn", "nk", "nt", "tn", "zz"].contains(pair)
    }

    private static let never = Array("dfiquv".utf8)
}
