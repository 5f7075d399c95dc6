/// Eircodes: one of Ireland's 139 routing keys, and four characters of the address's own.
enum EircodeDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        var index = 0
        while index < text.count {
            guard text.startsWord(index), text.isLetter(index),
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
        let (characters, ends) = text.spacedCharacters(from: start, countMax: 7)
        guard characters.count == 7, !text.isWord(ends[6]),
            keys.contains(String(decoding: characters[..<3], as: UTF8.self)),
            characters[3...].allSatisfy(identifiers.contains)
        else { return nil }
        // Digits alone may be a year behind a number, letters alone a word.
        let digits = characters[3...].count { DetectorText.isDigit($0) }
        guard
            (1...3).contains(digits)
                || text.hasContext(context, around: Span(start: start, end: ends[6]))
        else { return nil }
        return ends[6]
    }

    private static let identifiers = Array("0123456789acdefhknprtvwxy".utf8)
    private static let context: [StaticString] = ["eircode", "address", "postcode"]
    private static let keys: Set<String> = {
        let places = """
            a41 a42 a45 a63 a67 a75 a81 a82 a83 a84 a85 a86 a91 a92 a94 a96 a98 c15 d01 d02 d03 d04
            d05 d06 d07 d08 d09 d10 d11 d12 d13 d14 d15 d16 d17 d18 d20 d22 d24 d6w e21 e25 e32 e34
            e41 e45 e53 e91 f12 f23 f26 f28 f31 f35 f42 f45 f52 f56 f91 f92 f93 f94 h12 h14 h16 h18
            h23 h53 h54 h62 h65 h71 h91 k32 k34 k36 k45 k56 k67 k78 n37 n39 n41 n91 p12 p14 p17 p24
            p25 p31 p32 p36 p43 p47 p51 p56 p61 p67 p72 p75 p81 p85 r14 r21 r32 r35 r42 r45 r51 r56
            r93 r95 t12 t23 t34 t45 t56 v14 v15 v23 v31 v35 v42 v92 v93 v94 v95 w12 w23 w34 w91 x35
            x42 x91 y14 y21 y25 y34 y35
            """
        return Set(places.split(whereSeparator: \.isWhitespace).map(String.init))
    }()
}
