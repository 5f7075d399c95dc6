/// Phone numbers: international ones (ITU-T E.164), Irish and British ones as they are dialled at
/// home; written with any separators, or spoken. Freephone numbers are nobody's own: help lines pass.
enum PhoneDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        // Where what was read without finding a number ends.
        var from = 0
        text.appendSpans(to: &spans, at: .numbers) { word in
            guard word.start >= from else { return nil }
            var start = word.start
            var first = start
            if word.meaning.contains(.plus) {
                first = text.skippingSpace(word.end)
            } else {
                start = plus(in: text, before: start) ?? start
            }
            let isInternational = start < first || word.meaning.contains(.plus)
            let number = number(in: text, from: start, first: first, isInternational)
            if number.span == nil { from = number.next }
            return number.span
        }
    }

    /// Where the `+` stands before a number, or nil.
    private static func plus(in text: DetectorText, before index: Int) -> Int? {
        let sign = text[index - 1] == UInt8(ascii: " ") ? index - 2 : index - 1
        return text[sign] == UInt8(ascii: "+") ? sign : nil
    }

    /// The longest number whose digits start at `first`, and where to look on when there is none.
    private static func number(
        in text: DetectorText,
        from start: Int,
        first: Int,
        _ isInternational: Bool
    ) -> (span: Span?, next: Int) {
        var dialled = Dialled(isInternational: isInternational)
        var groups = DigitGroups()
        var best: Int?
        var index = first
        while let token = DigitReader.token(in: text, at: index),
            dialled.append(token.digit, times: token.times)
        {
            groups.append(Span(start: index, end: token.end))
            index = token.end
            // Written digits go on within a group.
            if text.isDigit(index) { continue }
            if text.isWord(index) { break }
            if groups.isDate(in: text) { return (nil, index) }
            let span = Span(start: start, end: index)
            if dialled.isNumber(hasContext: { text.hasContext(context, around: span) }) {
                best = index
            }
            if let end = text.end(of: "(0)", at: text.skippingSpace(index)) { index = end }
            index = DigitReader.pastGap(in: text, at: index)
        }
        return (best.map { Span(start: start, end: $0) }, max(groups.firstEnd, first))
    }

    private static let context: [StaticString] = [
        "phone", "ph", "ring", "call", "text", "mob", "mobile", "tel", "number", "whatsapp",
        "dial", "contact", "cell",
    ]
}

/// The first groups of digits of what may be a number, or a date.
private struct DigitGroups {
    private var groups: InlineArray<4, Span> = .init(repeating: Span(start: 0, end: 0))
    private var count = 0

    /// Where the first group ends.
    var firstEnd: Int { groups[0].end }

    /// Adds a digit; one right behind the last goes on its group.
    mutating func append(_ digit: Span) {
        if count > 0, groups[count - 1].end == digit.start {
            groups[count - 1].end = digit.end
        } else if count < groups.count {
            groups[count] = digit
            count += 1
        }
    }

    /// Whether they are day, month and year, which are no number whatever time follows them.
    func isDate(in text: DetectorText) -> Bool {
        guard count == 3, length(0) <= 2, length(1) <= 2, length(2) == 4,
            text.isDigit(groups[0].start), text.isDigit(groups[2].start)
        else { return false }
        return (1900...2099).contains(text.number(groups[2]))
    }

    private func length(_ group: Int) -> Int {
        groups[group].end - groups[group].start
    }
}

/// Digits as they are dialled.
private struct Dialled {
    private let isInternational: Bool
    private var digits: UInt64 = 0
    private var count = 0

    init(isInternational: Bool) {
        self.isInternational = isInternational
    }

    /// False when there would be more than any number has.
    mutating func append(_ digit: UInt8, times: Int) -> Bool {
        guard count + times <= Self.countMax else { return false }
        for _ in 0..<times { digits = digits * 10 + UInt64(digit) }
        count += times
        return true
    }

    /// Whether they are a whole number; a short one needs a word beside it that says so.
    func isNumber(hasContext: () -> Bool) -> Bool {
        if isInternational { return isInternational(from: 0) }
        if starts(with: 0, of: 2) { return isInternational(from: 2) }
        guard starts(with: 0, of: 1), !isFreephone else { return false }
        switch (count, digit(1) ?? 0) {
        case (9, 1), (10, 1...9): return true
        // An Irish area with a short exchange.
        case (9, 2...9): return hasContext()
        case (11, 1...3), (11, 7), (11, 8): return true
        default: return false
        }
    }

    private var isFreephone: Bool {
        starts(with: 800, of: 4) || starts(with: 808, of: 4) || starts(with: 818, of: 4)
    }

    /// Whether the digits from a place on are a country's code and a number of its length.
    private func isInternational(from place: Int) -> Bool {
        let rest = count - place
        guard rest > 0, digit(place) != 0 else { return false }
        // Without the zero that is dialled at home.
        func national(_ code: Int) -> Int { rest - code - (digit(place + code) == 0 ? 1 : 0) }
        if number(place..<place + 3) == 353 { return (7...9).contains(national(3)) }
        if number(place..<place + 2) == 44 { return (9...10).contains(national(2)) }
        return (8...15).contains(rest)
    }

    private func starts(with number: UInt64, of places: Int) -> Bool {
        self.number(0..<places) == number
    }

    private func digit(_ place: Int) -> Int? { number(place..<place + 1).map(Int.init) }

    /// What the digits at these places make, or nil when there are not as many.
    private func number(_ places: Range<Int>) -> UInt64? {
        guard places.upperBound <= count else { return nil }
        let tail = Self.powers[count - places.upperBound]
        return digits / tail % Self.powers[places.count]
    }

    /// Two for dialling out of a country, fifteen for E.164's longest.
    private static let countMax = 17
    private static let powers =
        (0...countMax).map { (0..<$0).reduce(1) { power, _ in power * 10 } }
        as [UInt64]
}
