import CAllocations
import JSONDocument
import JSONSchema
import Testing

/// What a validation costs in memory.
struct AllocationTests {
    private static let schema = """
        {
          "$defs": {"name": {"type": "string", "minLength": 1, "maxLength": 80}},
          "type": "object",
          "required": ["text", "id"],
          "unevaluatedProperties": false,
          "allOf": [{"properties": {"text": {"type": "string", "pattern": "\\\\S", "maxLength": 4000}}}],
          "dependentRequired": {"reply": ["id"]},
          "properties": {
            "id": {"format": "uuid"},
            "at": {"format": "date-time"},
            "from": {"$ref": "#/$defs/name"},
            "mail": {"format": "email"},
            "link": {"format": "uri"},
            "minutes": {"multipleOf": 0.25, "maximum": 1e3},
            "mood": {"enum": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "glad"]},
            "tags": {"uniqueItems": true, "contains": {"const": "x7"}, "items": {"$ref": "#/$defs/name"}},
            "kind": {"anyOf": [{"const": "chat"}, {"type": "integer"}, {"not": {"type": "string"}}]}
          },
          "if": {"properties": {"kind": {"const": "chat"}}}, "then": {"required": ["mood"]}
        }
        """
    private static let message = """
        {
          "id": "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "at": "2026-03-17T18:30:00.25+01:00",
          "from": "Aoife Ní Bhriain", "mail": "aoife@example.ie", "link": "https://example.ie/a?b#c",
          "minutes": 12.75, "mood": "glad", "kind": "chat",
          "tags": ["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "xa", "xb", "xc"],
          "text": "Maidin mhaith! Training moves to pitch two, bring a coat. \u{1F327}"
        }
        """

    @Test("a valid message is validated without any allocation")
    func validPath() throws {
        let before = allocations_of_this_thread()
        let validator = SchemaValidator(try compile(Self.schema, formatIsAssertion: true))
        try #require(before < 0 || allocations_of_this_thread() > before, "nothing is counted")
        try withDocument(Self.message) { message in
            // The first times build tables, here and in Swift's runtime.
            for _ in 0..<3 { #expect(validator.failures(of: message).map(\.sentence).isEmpty) }
            let before = allocations_of_this_thread()
            for _ in 0..<100 where !validator.isValid(message) { Issue.record("it is valid") }
            let after = allocations_of_this_thread()
            #expect(after == before)
        }
    }

    @Test("one compiled schema serves several threads")
    func threads() async throws {
        let schema = try compile(Self.schema, formatIsAssertion: true)
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let validator = SchemaValidator(schema)
                    let message = number % 2 == 0 ? Self.message : #"{"text": " ", "id": "7"}"#
                    return (0..<200).allSatisfy { _ in
                        (try? withDocument(message, validator.isValid)) == (number % 2 == 0)
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
