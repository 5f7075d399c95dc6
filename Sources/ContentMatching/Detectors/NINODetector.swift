/// British National Insurance numbers: two letters, six digits, and a letter from A to D.
enum NINODetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var index = 0
        while index < text.count {
            guard text.startsWord(index), text.isLetter(index),
                let end = end(in: text, at: index)
            else {
                index += 1
                continue
            }
            spans.append(Span(start: index, end: end))
            index = end
        }
    }

    private static func end(in text: DetectorText, at start: Int) -> Int? {
        let (characters, ends) = text.spacedCharacters(from: start, countMax: 9)
        guard characters.count == 9, !text.isWord(ends[8]), isPrefix(characters[0], characters[1]),
            characters[2..<8].allSatisfy(DetectorText.isDigit),
            (UInt8(ascii: "a")...UInt8(ascii: "d")).contains(characters[8])
        else { return nil }
        return ends[8]
    }

    /// HMRC's National Insurance Manual, NIM39110: which letters and pairs are never used.
    private static func isPrefix(_ first: UInt8, _ second: UInt8) -> Bool {
        let never = Array("dfiquv".utf8)
        guard DetectorText.isLetter(first), DetectorText.isLetter(second), !never.contains(first),
            !never.contains(second), second != UInt8(ascii: "o")
        else { return false }
        let pair = String(decoding: [first, second], as: UTF8.self)
        return !["bg", "gb", "kn", "nk", "nt", "tn", "zz"].contains(pair)
    }
}
