/// International bank account numbers (ISO 13616): a country's length, and the remainder by 97.
enum IBANDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var index = 0
        while index < text.count {
            if text.startsWord(index), text.isLetter(index),
                let end = end(in: text, at: index)
            {
                spans.append(Span(start: index, end: end))
                index = end
            } else {
                index += 1
            }
        }
    }

    private static func end(in text: DetectorText, at start: Int) -> Int? {
        let head = text.spacedCharacters(from: start, countMax: 4).characters
        guard head.count == 4, DetectorText.isLetter(head[1]), DetectorText.isDigit(head[2]),
            DetectorText.isDigit(head[3]),
            let length = lengths[String(decoding: head[..<2], as: UTF8.self)]
        else { return nil }
        let (characters, ends) = text.spacedCharacters(from: start, countMax: length)
        guard characters.count == length, let end = ends.last, !text.isWord(end),
            isValid(characters)
        else { return nil }
        return end
    }

    /// Whether the number, its first four characters moved to its end, leaves 1 when divided by 97.
    private static func isValid(_ characters: [UInt8]) -> Bool {
        var remainder = 0
        for character in characters[4...] + characters[..<4] {
            if DetectorText.isDigit(character) {
                remainder = (remainder * 10 + Int(character) - 0x30) % 97
            } else {
                remainder = (remainder * 100 + Int(character) - 0x61 + 10) % 97
            }
        }
        return remainder == 1
    }

    /// Characters of each country's numbers (SWIFT's IBAN registry).
    private static let lengths: [String: Int] = [
        "ad": 24, "ae": 23, "al": 28, "at": 20, "az": 28, "ba": 20, "be": 16, "bg": 22, "bh": 22,
        "br": 29, "by": 28, "ch": 21, "cr": 22, "cy": 28, "cz": 24, "de": 22, "dk": 18, "do": 28,
        "ee": 20, "eg": 29, "es": 24, "fi": 18, "fo": 18, "fr": 27, "gb": 22, "ge": 22, "gi": 23,
        "gl": 18, "gr": 27, "gt": 28, "hr": 21, "hu": 28, "ie": 22, "il": 23, "iq": 23, "is": 26,
        "it": 27, "jo": 30, "kw": 30, "kz": 20, "lb": 28, "lc": 32, "li": 21, "lt": 20, "lu": 20,
        "lv": 21, "ly": 25, "mc": 27, "md": 24, "me": 22, "mk": 19, "mr": 27, "mt": 31, "mu": 30,
        "nl": 18, "no": 15, "pk": 24, "pl": 28, "ps": 29, "pt": 25, "qa": 29, "ro": 24, "rs": 22,
        "sa": 24, "sc": 31, "se": 24, "si": 19, "sk": 24, "sm": 27, "st": 25, "sv": 28, "tl": 23,
        "tn": 24, "tr": 26, "ua": 29, "va": 22, "vg": 24, "xk": 20,
    ]
}
