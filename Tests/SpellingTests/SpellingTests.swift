import Spelling
import Testing

@Suite("Did you mean")
struct SpellingTests {
    @Test(
        "a slip of the finger is understood, another word is not",
        arguments: [
            ("chanels", "channels"), ("chanenls", "channels"), ("Channels", "channels"),
            ("on_", "on"), ("mtach", "match"), ("no", "on"), ("zzz", nil), ("effects", nil),
            ("", nil),
        ] as [(String, String?)]
    )
    func hints(word: String, meant: String?) {
        let hint = Spelling.hintOrList(for: word, of: ["channels", "on", "match"])
        #expect(
            hint == (meant.map { " (did you mean '\($0)'?)" } ?? " (known: channels, on, match)")
        )
    }

    @Test("many words, and long ones, are neither listed nor compared")
    func bounds() {
        let many = (100..<400).map { "word\($0)" }
        #expect(Spelling.hintOrList(for: "zebra", of: many) == "")
        #expect(Spelling.nearest(to: "word100", of: many) == "word100")
        #expect(Spelling.nearest(to: "Xord399", of: many.suffix(1)) == "word399")
        let long = String(repeating: "a", count: 65)
        #expect(Spelling.nearest(to: long, of: [long]) == nil)
    }
}
