/// Reads digits that are written or spoken: `086`, `oh eight six`, `double five`.
enum DigitReader {
    /// The digits that stand at a place as one token, and where it ends; nil when none do.
    static func token(
        in text: DetectorText,
        at index: Int
    ) -> (digit: UInt8, times: Int, end: Int)? {
        let byte = text[index]
        if DetectorText.isDigit(byte) { return (byte - 0x30, 1, index + 1) }
        guard firstLetters.contains(byte), !text.isWord(index - 1) else { return nil }
        for (word, times) in multipliers {
            guard let end = text.end(ofWord: word, at: index) else { continue }
            let next = text.skippingSpace(end)
            if text.isDigit(next) { return (text[next] - 0x30, times, next + 1) }
            guard let one = spoken(in: text, at: next) else { return nil }
            return (one.digit, times, one.end)
        }
        guard let one = spoken(in: text, at: index) else { return nil }
        return (one.digit, 1, one.end)
    }

    private static func spoken(
        in text: DetectorText,
        at index: Int
    ) -> (digit: UInt8, end: Int)? {
        for (word, digit) in words {
            if let end = text.end(ofWord: word, at: index) { return (digit, end) }
        }
        return nil
    }

    /// Where what stands between two digits ends: up to three signs, or a spoken one.
    static func pastGap(in text: DetectorText, at index: Int) -> Int {
        var next = index
        while next < index + 3, signs.contains(text[next]) { next += 1 }
        for word in spokenSigns {
            if let end = text.end(ofWord: word, at: next) { return text.skippingSpace(end) }
        }
        return next
    }

    private static let firstLetters = Array("zosdtfen".utf8)
    private static let signs = Array(" .-/()*_,".utf8)
    private static let spokenSigns: [StaticString] = ["dash", "hyphen", "dot", "point", "space"]
    private static let multipliers: [(StaticString, Int)] = [("double", 2), ("triple", 3)]
    private static let words: [(StaticString, UInt8)] = [
        ("zero", 0), ("oh", 0), ("o", 0), ("one", 1), ("two", 2), ("three", 3), ("four", 4),
        ("five", 5), ("six", 6), ("seven", 7), ("eight", 8), ("nine", 9),
    ]
}
