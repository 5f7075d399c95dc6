import Foundation
import Testing

@testable import touchline

@Suite("Texts on a terminal")
struct ShownTextTests {
    @Test(
        "what isn't seen, or would move the cursor, is shown by its number",
        arguments: [
            ("plain", "plain"), ("a\nb\tc", "a⏎b c"), ("st\u{200B}upid", "st‹200B›upid"),
            ("\u{1B}[2J", "‹001B›[2J"), ("\u{202E}evil", "‹202E›evil"), ("a\u{AD}b", "a‹00AD›b"),
            ("\u{E0041}", "‹E0041›"), ("👨‍👩‍👧 ❤️", "👨‍👩‍👧 ❤️"), ("e\u{301}", "e\u{301}"),
            ("a\u{200D}b", "a‹200D›b"), ("", ""),
        ]
    )
    func shown(text: String, line: String) {
        #expect(ShownText(text).line == line)
    }

    /// The columns of the carets under a piece of a text.
    private static func carets(_ text: String, under piece: String) throws -> String {
        let range = try #require(text.range(of: piece))
        let start = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
        let shown = ShownText(text).pointing(
            at: [start..<start + piece.utf8.count],
            indent: ""
        )
        return String(shown.split(separator: "\n", omittingEmptySubsequences: false)[1])
    }

    @Test(
        "carets stand under what is meant, whatever takes no column or two before it",
        arguments: [
            ("you muppet", "muppet", "    ^^^^^^"), ("é muppet", "muppet", "  ^^^^^^"),
            ("e\u{301} muppet", "muppet", "  ^^^^^^"), ("👍 muppet", "muppet", "   ^^^^^^"),
            ("足球 muppet", "muppet", "     ^^^^^^"), ("👨‍👩‍👧 muppet", "muppet", "   ^^^^^^"),
            ("\u{200B}muppet", "muppet", "      ^^^^^^"),
        ]
    )
    func pointing(text: String, piece: String, carets: String) throws {
        #expect(try Self.carets(text, under: piece) == carets)
    }

    @Test("a long text is cut to what surrounds the place, and shows where")
    func long() {
        let text =
            String(repeating: "a", count: 500) + "muppet" + String(repeating: "b", count: 500)
        let lines = ShownText(text).pointing(at: [500..<506], indent: "  ")
            .split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("  …aaa") && lines[0].hasSuffix("bbb…"))
        #expect(lines[0].count < 120)
        let at = lines[0].range(of: "muppet").map {
            lines[0].distance(from: lines[0].startIndex, to: $0.lowerBound)
        }
        #expect(
            lines[1].firstIndex(of: "^").map {
                lines[1].distance(from: lines[1].startIndex, to: $0)
            } == at
        )
        #expect(lines[1].hasSuffix("^^^^^^"))
    }
}
