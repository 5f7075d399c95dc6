/// Eircodes: one of Ireland's 139 routing keys, and four characters of the address's own.
enum EircodeDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        text.appendSpans(to: &spans, at: .codes) { word in
            end(in: text, at: word.start).map { Span(start: word.start, end: $0) }
        }
    }

    private static func end(in text: DetectorText, at start: Int) -> Int? {
        var characters = SpacedCharacters(text, from: start)
        guard let first = characters.letter(), let second = characters.digit(),
            let third = characters.next(),
            keys.contains(UInt32(first).appending(UInt8(0x30 + second)).appending(third))
        else { return nil }
        var digits = 0
        for _ in 0..<4 {
            guard let character = characters.next(), isIdentifier(character) else { return nil }
            if DetectorText.isDigit(character) { digits += 1 }
        }
        guard characters.endsWord else { return nil }
        // Digits alone may be a year behind a number, letters alone a word.
        let span = Span(start: start, end: characters.end)
        return (1...3).contains(digits) || text.hasContext(context, around: span) ? span.end : nil
    }

    /// Whether a character is one of those that can't be mistaken for each other.
    private static func isIdentifier(_ character: UInt8) -> Bool {
        DetectorText.isDigit(character) || identifiers.contains(character)
    }

    private static let identifiers = Array("acdefhknprtvwxy".utf8)
    private static let context: [StaticString] = ["eircode", "address", "postcode"]
    /// With A65, which only the example has that everybody knows.
    private static let keys: Set<UInt32> = {
        let places = """
            a41 a42 a45 a63 a65 a67 a75 a81 a82 a83 a84 a85 a86 a91 a92 a94 a96 a98 c15 d01 d02 d03 d04
            d05 d06 d07 d08 d09 d10 d11 d12 d13 d14 d15 d16 d17 d18 d20 d22 d24 d6w e21 e25 e32 e34
            e41 e45 e53 e91 f12 f23 f26 f28 f31 f35 f42 f45 f52 f56 f91 f92 f93 f94 h12 h14 h16 h18
            h23 h53 h54 h62 h65 h71 h91 k32 k34 k36 k45 k56 k67 k78 n37 n39 n41 n91 p12 p14 p17 p24
            p25 p31 p32 p36 p43 p47 p51 p56 p61 p67 p72 p75 p81 p85 r14 r21 r32 r35 r42 r45 r51 r56
            r93 r95 t12 t23 t34 t45 t56 v14 v15 v23 v31 v35 v42 v92 v93 v94 v95 w12 w23 w34 w91 x35
            x42 x91 y14 y21 y25 y34 y35
            """
        return Set(places.split(whereSeparator: \.isWhitespace).map { UInt32(characters: $0.utf8) })
    }()
}
