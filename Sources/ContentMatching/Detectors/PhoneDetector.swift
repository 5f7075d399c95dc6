/// Phone numbers: international ones (ITU-T E.164), Irish and British ones as they are dialled at
/// home; written with any separators, or spoken. Freephone numbers are nobody's own: help lines pass.
enum PhoneDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var index = 0
        while index < text.count {
            guard startsNumber(text, index) else {
                index += 1
                continue
            }
            let (found, next) = number(in: text, at: index)
            if let found { spans.append(found) }
            index = max(next, index + 1)
        }
    }

    private static func startsNumber(_ text: DetectorText, _ index: Int) -> Bool {
        text[index] == UInt8(ascii: "+") || text.startsWord(index)
    }

    /// The longest number that starts at a place, and where to look on.
    private static func number(
        in text: DetectorText,
        at start: Int
    ) -> (span: Span?, next: Int) {
        var index = start
        let isInternational = text[start] == UInt8(ascii: "+")
        if isInternational {
            index += 1
            index = text.skippingSpace(index)
        } else if let end = text.end(ofWord: "plus", at: start) {
            return number(in: text, after: text.skippingSpace(end), start, isInternational: true)
        }
        return number(in: text, after: index, start, isInternational: isInternational)
    }

    private static func number(
        in text: DetectorText,
        after first: Int,
        _ start: Int,
        isInternational: Bool
    ) -> (span: Span?, next: Int) {
        var dialled = Dialled(isInternational: isInternational)
        var groups: [Span] = []
        var best: Int?
        var index = first
        while let token = DigitReader.token(in: text, at: index) {
            guard dialled.append(token.digit, times: token.times) else { break }
            if let last = groups.last, last.end == index {
                groups[groups.count - 1].end = token.end
            } else {
                groups.append(Span(start: index, end: token.end))
            }
            index = token.end
            // Written digits go on within a group.
            if text.isDigit(index) { continue }
            if text.isWord(index) { break }
            if groups.count == 3, isDate(groups, text) { return (nil, index) }
            if dialled.isNumber(hasContext: { hasContext(text, Span(start: start, end: index)) }) {
                best = index
            }
            if let end = text.end(of: "(0)", at: text.skippingSpace(index)) { index = end }
            index = DigitReader.pastGap(in: text, at: index)
        }
        let next = best ?? groups.first.map { max($0.end, text.wordEnd(start)) } ?? start + 1
        return (best.map { Span(start: start, end: $0) }, next)
    }

    /// Day, month and year are no number, whatever time follows them.
    private static func isDate(_ groups: [Span], _ text: DetectorText) -> Bool {
        let lengths = groups.map { $0.end - $0.start }
        guard lengths[0] <= 2, lengths[1] <= 2, lengths[2] == 4, text.isDigit(groups[0].start),
            text.isDigit(groups[2].start)
        else { return false }
        return (1900...2099).contains(text.number(groups[2]))
    }

    private static func hasContext(_ text: DetectorText, _ span: Span) -> Bool {
        text.hasContext(context, around: span)
    }

    private static let context: [StaticString] = [
        "phone", "ph", "ring", "call", "text", "mob", "mobile", "tel", "number", "whatsapp",
        "dial", "contact", "cell",
    ]
}

extension PhoneDetector {
    /// Digits as they are dialled.
    private struct Dialled {
        let isInternational: Bool
        private var digits: [UInt8] = []

        init(isInternational: Bool) {
            self.isInternational = isInternational
        }

        /// False when there would be more than any number has.
        mutating func append(_ digit: UInt8, times: Int) -> Bool {
            for _ in 0..<times { digits.append(digit) }
            return digits.count <= 17
        }

        /// Whether they are a whole number; a short one needs a word beside it that says so.
        func isNumber(hasContext: () -> Bool) -> Bool {
            if isInternational { return Self.isInternational(digits[...]) }
            if digits.starts(with: [0, 0]) { return Self.isInternational(digits.dropFirst(2)) }
            guard digits.count >= 9, digits[0] == 0, !isFreephone else { return false }
            switch (digits.count, digits[1]) {
            case (9, 1), (10, 1...9): return true
            // An Irish area with a short exchange.
            case (9, 2...9): return hasContext()
            case (11, 1...3), (11, 7), (11, 8): return true
            default: return false
            }
        }

        private var isFreephone: Bool {
            digits.starts(with: [0, 8, 0, 0]) || digits.starts(with: [0, 8, 0, 8])
                || digits.starts(with: [0, 8, 1, 8])
        }

        private static func isInternational(_ digits: ArraySlice<UInt8>) -> Bool {
            guard digits.first != 0 else { return false }
            if digits.starts(with: [3, 5, 3]) {
                return (7...9).contains(national(digits.dropFirst(3)))
            }
            if digits.starts(with: [4, 4]) {
                return (9...10).contains(national(digits.dropFirst(2)))
            }
            return (8...15).contains(digits.count)
        }

        /// Digits of a national number, without the zero that is dialled at home.
        private static func national(_ digits: ArraySlice<UInt8>) -> Int {
            digits.first == 0 ? digits.count - 1 : digits.count
        }
    }
}
