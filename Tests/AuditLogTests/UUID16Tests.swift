import AuditLog
import Testing

@Suite struct UUID16Tests {
    @Test("the canonical form is read in either case and written in lower case")
    func roundTrip() throws {
        let text = "0f8fad5b-d9cb-469f-a165-70867728950e"
        let uuid = try #require(UUID16(parsing: text))
        #expect(uuid.description == text)
        #expect(UUID16(parsing: text.uppercased()) == uuid)
        #expect(UUID16(bytes: uuid.bytes) == uuid)
        #expect(uuid.high == 0x0f8f_ad5b_d9cb_469f)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "0f8fad5b", "0f8fad5bd9cb469fa16570867728950e",
            "0f8fad5b-d9cb-469f-a165-70867728950", "0f8fad5b-d9cb-469f-a165-70867728950e0",
            "{0f8fad5b-d9cb-469f-a165-70867728950e}", "0f8fad5b_d9cb-469f-a165-70867728950e",
            "0f8fad5b-d9cb-469f-a165-7086772895-e", "0f8fad5b-d9cb-469f-a165-70867728950g",
            "0f8fad5b-d9cb-469f-a165-70867728950é",
        ]
    )
    func refused(text: String) {
        #expect(UUID16(parsing: text) == nil)
    }

    @Test("a random one is of version 4 and variant 10")
    func random() {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<100 {
            let text = Array(UUID16.random(using: &generator).description)
            #expect(text[14] == "4" && "89ab".contains(text[19]))
        }
        #expect(UUID16(bytes: [1, 2, 3]) == nil)
    }
}
