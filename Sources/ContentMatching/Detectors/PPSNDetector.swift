/// Irish Personal Public Service numbers: seven digits, a check letter, since 2013 a second letter.
enum PPSNDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var index = 0
        while index < text.count {
            guard text.isDigit(index), text.startsWord(index),
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
        guard characters.count >= 8, characters[..<7].allSatisfy(DetectorText.isDigit),
            DetectorText.isLetter(characters[7])
        else { return nil }
        if characters.count == 9, !text.isWord(ends[8]),
            let second = value(ofSecond: characters[8]),
            isValid(characters, second)
        {
            return ends[8]
        }
        return !text.isWord(ends[7]) && isValid(characters, 0) ? ends[7] : nil
    }

    /// Whether the weighted sum's remainder by 23 is the check letter: A is 1, W is 0.
    private static func isValid(_ characters: [UInt8], _ second: Int) -> Bool {
        var sum = second * 9
        for place in 0..<7 { sum += (Int(characters[place]) - 0x30) * (8 - place) }
        let letter = sum % 23
        return characters[7] == (letter == 0 ? UInt8(ascii: "w") : UInt8(0x60 + letter))
    }

    /// The weight of the second letter: A to I count, the older W, T and X don't.
    private static func value(ofSecond letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "a")...UInt8(ascii: "i"): Int(letter) - 0x60
        case UInt8(ascii: "w"), UInt8(ascii: "t"), UInt8(ascii: "x"): 0
        default: nil
        }
    }
}
