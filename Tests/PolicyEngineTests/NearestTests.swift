import Testing

@testable import PolicyEngine

@Suite("Did you mean")
struct NearestTests {
    @Test(
        "a slip of the finger is understood, another word is not",
        arguments: [
            ("chanels", "channels"), ("chanenls", "channels"), ("Channels", "channels"),
            ("on_", "on"), ("mtach", "match"), ("zzz", nil), ("effects", nil),
        ] as [(String, String?)]
    )
    func hints(word: String, meant: String?) {
        let hint = Nearest.hint(word, among: ["channels", "on", "match"])
        #expect(
            hint == (meant.map { " (did you mean '\($0)'?)" } ?? " (known: channels, on, match)")
        )
    }
}
