/// International bank account numbers (ISO 13616): a country's length, and the remainder by 97.
enum IBANDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        text.appendSpans(to: &spans, at: .codes) { word in
            end(in: text, at: word.start).map { Span(start: word.start, end: $0) }
        }
    }

    private static func end(in text: DetectorText, at start: Int) -> Int? {
        var characters = SpacedCharacters(text, from: start)
        guard let first = characters.letter(), let second = characters.letter(),
            let tens = characters.digit(), let ones = characters.digit(),
            let length = lengths[UInt32(first).appending(second)]
        else { return nil }
        // What is left when the number, its first four characters moved to its end, is divided.
        var remainder = 0
        for _ in 4..<length {
            guard let character = characters.next() else { return nil }
            remainder = self.remainder(remainder, character)
        }
        remainder = self.remainder(self.remainder(remainder, first), second)
        return characters.endsWord && (remainder * 100 + tens * 10 + ones) % 97 == 1
            ? characters.end : nil
    }

    /// The remainder by 97 when a digit, or a letter as two of them from 10 on, is added.
    private static func remainder(_ remainder: Int, _ character: UInt8) -> Int {
        DetectorText.isDigit(character)
            ? (remainder * 10 + Int(character) - 0x30) % 97
            : (remainder * 100 + Int(character) - 0x61 + 10) % 97
    }

    /// Characters of each country's numbers (SWIFT's IBAN registry).
    private static let lengths: [UInt32: Int] = {
        let lengths = lengthsByCountry.map { (UInt32(characters: $0.key.utf8), $0.value) }
        return Dictionary(uniqueKeysWithValues: lengths)
    }()
    private static let lengthsByCountry = [
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
