/// Payment cards: a brand's first digits and length, and Luhn's check digit (ISO/IEC 7812-1).
enum CardDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        text.appendSpans(to: &spans, at: .numbers) { word in
            guard text.isDigit(word.start), let end = end(in: text, at: word.start) else {
                return nil
            }
            return Span(start: word.start, end: end)
        }
    }

    /// Where the longest card number ends that starts at a place.
    private static func end(in text: DetectorText, at start: Int) -> Int? {
        var characters = SpacedCharacters(text, from: start)
        var end: Int?
        var first = 0
        // Luhn's sums when the digits at even places, from 0, are doubled, or those at odd ones:
        // which of them counts depends on how many there are.
        var sums = (even: 0, odd: 0)
        var count = 0
        while count < 19, let digit = characters.digit() {
            let doubled = digit < 5 ? digit * 2 : digit * 2 - 9
            sums.even += count.isMultiple(of: 2) ? doubled : digit
            sums.odd += count.isMultiple(of: 2) ? digit : doubled
            if count < 4 { first = first * 10 + digit }
            count += 1
            guard count >= 13, characters.endsWord, isBrand(first, count) else { continue }
            let sum = count.isMultiple(of: 2) ? sums.even : sums.odd
            if sum.isMultiple(of: 10) { end = characters.end }
        }
        return end
    }

    /// Whether a brand has numbers of this length that start with these four digits.
    private static func isBrand(_ first: Int, _ count: Int) -> Bool {
        switch (first, count) {
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
}
