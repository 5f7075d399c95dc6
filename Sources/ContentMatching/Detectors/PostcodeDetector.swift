/// British postcodes: an area that exists, its district, and a place within it (BS 7666).
enum PostcodeDetector {
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
        var district = start
        while text.isLetter(district), district - start < 3 { district += 1 }
        guard district - start <= 2, areas.contains(string(text, start..<district)) else {
            return nil
        }
        // Two to four characters go before the space, three after it; spaces may be left out.
        let (characters, ends) = text.spacedCharacters(from: start, countMax: 7)
        for count in stride(from: characters.count, through: 5, by: -1)
        where !text.isWord(ends[count - 1]) {
            let outward = characters[..<(count - 3)]
            let inward = characters[(count - 3)..<count]
            guard isOutward(outward, letters: district - start), isInward(inward) else { continue }
            let span = Span(start: start, end: ends[count - 1])
            if isOrdinal(inward), !text.hasContext(context, around: span) { continue }
            return span.end
        }
        return nil
    }

    /// Letters, a digit, and perhaps another digit or letter.
    private static func isOutward(_ characters: ArraySlice<UInt8>, letters: Int) -> Bool {
        let rest = characters.dropFirst(letters)
        guard let first = rest.first, DetectorText.isDigit(first) else { return false }
        return rest.count <= 2
    }

    private static func isInward(_ characters: ArraySlice<UInt8>) -> Bool {
        let letters = characters.dropFirst()
        return characters.first.map(DetectorText.isDigit) == true
            && letters.allSatisfy { DetectorText.isLetter($0) && !never.contains($0) }
    }

    /// `U1 2nd` is a team that came second.
    private static func isOrdinal(_ inward: ArraySlice<UInt8>) -> Bool {
        ["1st", "2nd", "3rd"].contains(String(decoding: inward, as: UTF8.self))
    }

    private static func string(_ text: DetectorText, _ range: Range<Int>) -> String {
        String(decoding: range.map { text[$0] }, as: UTF8.self)
    }

    private static let never = Array("cikmov".utf8)
    private static let context: [StaticString] = ["postcode", "address", "live", "house", "home"]
    private static let areas: Set<String> = {
        let names = """
            ab al b ba bb bd bf bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn
            dt dy e ec eh en ex fk fy g gl gu gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l
            la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph pl po pr rg rh rm s sa
            se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws
            wv yo ze
            """
        return Set(names.split(whereSeparator: \.isWhitespace).map(String.init))
    }()
}
