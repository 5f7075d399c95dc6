/// Payment cards: a brand's first digits and length, and Luhn's check digit (ISO/IEC 7812-1).
enum CardDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var index = 0
        while index < text.count {
            guard text.isDigit(index), text.startsWord(index) else {
                index += 1
                continue
            }
            if let end = end(in: text, at: index) {
                spans.append(Span(start: index, end: end))
                index = end
            } else {
                index = text.wordEnd(index)
            }
        }
    }

    /// Where the longest card number ends that starts at a place.
    private static func end(in text: DetectorText, at start: Int) -> Int? {
        let (characters, ends) = text.spacedCharacters(from: start, countMax: 19)
        let digits = characters.prefix(while: DetectorText.isDigit).map { $0 - 0x30 }
        for count in stride(from: digits.count, through: 13, by: -1)
        where !text.isWord(ends[count - 1]) && isBrand(digits[..<count]) && isLuhn(digits[..<count])
        {
            return ends[count - 1]
        }
        return nil
    }

    private static func isBrand(_ digits: ArraySlice<UInt8>) -> Bool {
        let four = digits.prefix(4).reduce(0) { $0 * 10 + Int($1) }
        return switch (four, digits.count) {
        // Visa.
        case (4000...4999, 13), (4000...4999, 16), (4000...4999, 19): true
        // Mastercard.
        case (5100...5599, 16), (2221...2720, 16): true
        // American Express.
        case (3400...3499, 15), (3700...3799, 15): true
        // Diners Club.
        case (3000...3059, 14), (3600...3699, 14), (3800...3999, 14): true
        // Discover, JCB, UnionPay.
        case (6011, 16), (6440...6599, 16), (3528...3589, 16), (6200...6299, 16...19): true
        // Maestro.
        case (5018, 16...19), (5020, 16...19), (5038, 16...19), (6304, 16...19),
            (6759...6763, 16...19):
            true
        default: false
        }
    }

    private static func isLuhn(_ digits: ArraySlice<UInt8>) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let doubled = Int(digit) * (place.isMultiple(of: 2) ? 1 : 2)
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum.isMultiple(of: 10)
    }
}
