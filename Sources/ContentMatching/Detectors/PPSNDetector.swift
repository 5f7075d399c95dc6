/// Irish Personal Public Service numbers: seven digits, a check letter, since 2013 a second letter.
enum PPSNDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        text.appendSpans(to: &spans, at: .numbers) { word in
            guard text.isDigit(word.start), let end = end(in: text, at: word.start) else {
                return nil
            }
            return Span(start: word.start, end: end)
        }
    }

    private static func end(in text: DetectorText, at start: Int) -> Int? {
        var characters = SpacedCharacters(text, from: start)
        var sum = 0
        for place in 0..<7 {
            guard let digit = characters.digit() else { return nil }
            sum += digit * (8 - place)
        }
        guard let check = characters.letter() else { return nil }
        let short = characters
        if let second = characters.letter().flatMap(value), characters.endsWord,
            check == letter(sum + second * 9)
        {
            return characters.end
        }
        return short.endsWord && check == letter(sum) ? short.end : nil
    }

    /// The check letter of a weighted sum, its remainder by 23: A is 1, W is 0.
    private static func letter(_ sum: Int) -> UInt8 {
        sum.isMultiple(of: 23) ? UInt8(ascii: "w") : UInt8(0x60 + sum % 23)
    }

    /// The weight of the second letter: A to I count, the older W, T and X don't.
    private static func value(_ letter: UInt8) -> Int? {
        switch letter {
        case UInt8(ascii: "a")...UInt8(ascii: "i"): Int(letter) - 0x60
        case UInt8(ascii: "w"), UInt8(ascii: "t"), UInt8(ascii: "x"): 0
        default: nil
        }
    }
}
