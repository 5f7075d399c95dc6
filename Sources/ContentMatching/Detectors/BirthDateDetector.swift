/// Dates of birth: a whole date beside a word that says what it is.
enum BirthDateDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        text.appendSpans(to: &spans, at: .words) { word in
            guard let span = date(in: text, at: word.start),
                text.hasContext(context, around: span) || saysDOB(text, around: span)
            else { return nil }
            return span
        }
    }

    /// `d.o.b`, `d.o.b.`
    private static func saysDOB(_ text: DetectorText, around span: Span) -> Bool {
        (max(0, span.start - 12)..<max(0, span.start)).contains {
            text.end(of: "d.o.b", at: $0) != nil
        }
    }

    /// `12/3/2012`, `12.03.12`, `2012-03-12`, `12th of March 2012`, `March 12, 2012`.
    private static func date(in text: DetectorText, at start: Int) -> Span? {
        var parts: [Part] = []
        var index = start
        while parts.count < 3, let part = Part(in: text, at: index) {
            parts.append(part)
            index = pastGap(text, part.end)
        }
        guard parts.count == 3, !text.isWord(parts[2].end) else { return nil }
        let (first, second, third) = (parts[0], parts[1], parts[2])
        let isDate =
            if first.isMonthName {
                isDay(second) && isYear(third)
            } else if second.isMonthName {
                isDay(first) && isYear(third)
            } else if first.digits == 4 {
                isYear(first) && isMonth(second) && isDay(third)
            } else {
                isYear(third)
                    && (isDay(first) && isMonth(second) || isMonth(first) && isDay(second))
            }
        return isDate ? Span(start: start, end: third.end) : nil
    }

    /// Up to two signs, and `of`.
    private static func pastGap(_ text: DetectorText, _ start: Int) -> Int {
        var index = start
        while index < start + 3, gapSigns.contains(text[index]) { index += 1 }
        if let end = text.end(ofWord: "of", at: index) { index = text.skippingSpace(end) }
        return index
    }

    private static func isDay(_ part: Part) -> Bool {
        part.digits <= 2 && !part.isMonthName && (1...31).contains(part.value)
    }

    private static func isMonth(_ part: Part) -> Bool {
        part.digits <= 2 && (1...12).contains(part.value)
    }

    private static func isYear(_ part: Part) -> Bool {
        part.digits == 2 && !part.isMonthName
            || part.digits == 4 && (1900...2099).contains(part.value)
    }

    private static let gapSigns = Array(" /.-,'".utf8)
    private static let context: [StaticString] = [
        "born", "dob", "birthday", "birthdate", "bday", "birth", "b-day",
    ]

    /// A number or a month's name of a date.
    private struct Part {
        let value: Int
        let digits: Int
        let isMonthName: Bool
        let end: Int

        init?(in text: DetectorText, at start: Int) {
            var end = start
            while text.isDigit(end), end - start < 5 { end += 1 }
            if end > start {
                guard end - start != 5 else { return nil }
                value = text.number(Span(start: start, end: end))
                digits = end - start
                isMonthName = false
                let suffix = ["st", "nd", "rd", "th"].lazy.compactMap { (word: StaticString) in
                    text.end(of: word, at: end)
                }
                self.end = suffix.first ?? end
                return
            }
            guard text.isLetter(start), !text.isWord(start - 1) else { return nil }
            let word = text.wordEnd(start)
            let months = Self.months.firstIndex { month in
                text.end(of: month.name, at: start) == word
                    || text.end(of: month.short, at: start) == word
            }
            guard let month = months else { return nil }
            value = month + 1
            digits = 2
            isMonthName = true
            self.end = word
        }

        private static let months: [(name: StaticString, short: StaticString)] = [
            ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"),
            ("may", "may"), ("june", "jun"), ("july", "jul"), ("august", "aug"),
            ("september", "sept"), ("october", "oct"), ("november", "nov"), ("december", "dec"),
        ]
    }
}
