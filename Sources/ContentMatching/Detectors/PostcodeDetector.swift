/// British postcodes: an area that exists, its district, and a place within it (BS 7666).
enum PostcodeDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        text.appendSpans(to: &spans, at: .codes) { word in
            end(in: text, at: word.start).map { Span(start: word.start, end: $0) }
        }
    }

    private static func end(in text: DetectorText, at start: Int) -> Int? {
        var characters = SpacedCharacters(text, from: start)
        let area = area(in: text, start, &characters)
        guard characters.digit() != nil, areas.contains(area) else { return nil }
        // The longest that fits: another character of the district, then the place within it.
        var longer = characters
        if longer.next() != nil, let end = inwardEnd(text, start, &longer) { return end }
        return inwardEnd(text, start, &characters)
    }

    /// The letters that it starts with: of one word, or two that are one letter each.
    private static func area(
        in text: DetectorText,
        _ start: Int,
        _ characters: inout SpacedCharacters
    ) -> UInt32 {
        var area: UInt32 = 0
        while text.isLetter(characters.end), characters.end - start < 3,
            let letter = characters.next()
        {
            area = area.appending(letter)
        }
        var longer = characters
        if characters.end == start + 1, characters.endsWord, let letter = longer.letter(),
            longer.endsWord
        {
            characters = longer
            area = area.appending(letter)
        }
        return area
    }

    /// Where a digit and two letters end that make the rest of a postcode.
    private static func inwardEnd(
        _ text: DetectorText,
        _ start: Int,
        _ characters: inout SpacedCharacters
    ) -> Int? {
        guard let digit = characters.digit(), let first = characters.letter(),
            let second = characters.letter(), characters.endsWord, !never.contains(first),
            !never.contains(second)
        else { return nil }
        let span = Span(start: start, end: characters.end)
        if isOrdinal(digit, first, second), !text.hasContext(context, around: span) { return nil }
        return span.end
    }

    /// `U1 2nd` is a team that came second.
    private static func isOrdinal(_ digit: Int, _ first: UInt8, _ second: UInt8) -> Bool {
        switch (digit, first, second) {
        case (1, UInt8(ascii: "s"), UInt8(ascii: "t")), (2, UInt8(ascii: "n"), UInt8(ascii: "d")),
            (3, UInt8(ascii: "r"), UInt8(ascii: "d")):
            true
        default: false
        }
    }

    private static let never = Array("cikmov".utf8)
    private static let context: [StaticString] = ["postcode", "address", "live", "house", "home"]
    private static let areas: Set<UInt32> = {
        let names = """
            ab al b ba bb bd bf bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn
            dt dy e ec eh en ex fk fy g gl gu gy ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l
            la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph pl po pr rg rh rm s sa
            se sg sk sl sm sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws
            wv yo ze
            """
        return Set(names.split(whereSeparator: \.isWhitespace).map { UInt32(characters: $0.utf8) })
    }()
}
