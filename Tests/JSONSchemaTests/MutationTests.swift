import Foundation
import JSONSchema
import Testing

/// Seeded mutations of schemas and documents: whatever comes out, there is an answer.
struct MutationTests {
    private static let schemas = [
        """
        {"$id": "https://example.org/a", "$schema": "https://json-schema.org/draft/2020-12/schema",
         "$defs": {"n": {"$anchor": "n", "type": ["integer", "null"], "minimum": -1, "multipleOf": 0.5},
                   "t": {"$dynamicAnchor": "t", "properties": {"k": {"$dynamicRef": "#t"}},
                         "unevaluatedProperties": {"$ref": "#n"}}},
         "allOf": [{"$ref": "#/$defs/t"}], "required": ["k"], "maxProperties": 9}
        """,
        """
        {"type": "array", "prefixItems": [{"pattern": "^\\\\p{Lu}[a-z\\\\u00e9]*$"}, {"format": "email"}],
         "items": {"oneOf": [{"const": {"a": [1, 2.5, null]}}, {"enum": ["x", true]}, {"not": {}}]},
         "contains": {"minLength": 2}, "minContains": 1, "uniqueItems": true, "unevaluatedItems": false}
        """,
        """
        {"if": {"properties": {"kind": {"const": "poll"}}}, "then": {"required": ["choices"]},
         "else": {"propertyNames": {"maxLength": 8}}, "patternProperties": {"^x-": {"format": "date-time"}},
         "additionalProperties": {"anyOf": [{"type": "string"}, {"$ref": "#"}]},
         "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"b": {"minProperties": 2}}}
        """,
    ]
    private static let documents = [
        #"{"k": {"k": {"k": 1, "x": -1.5}, "y": null}, "z": 3}"#,
        #"["Óscar", "a@b.ie", {"a": [1.0, 25e-1, null]}, "x", true, "yy"]"#,
        #"{"kind": "poll", "choices": "é\ud83d\ude00", "x-at": "2026-03-17T18:30:00Z", "a": {"b": "c"}}"#,
    ]
    private static let words = [
        "\"$ref\"", "\"#\"", "\"#/$defs/t\"", "\"not\"", "\"type\"", "true", "1e400", "-0.0", "{}",
        "[]", "\"\\u0000\"", "(", "[^]", "\\\\1", "{1000}", "\"$id\"", "\"format\"", "\u{FEFF}",
        "é",
    ]

    @Test(
        "a mutated schema compiles or has located mistakes, and judges any document in bounds",
        .timeLimit(.minutes(2)),
        arguments: 0..<3
    )
    func mutations(number: Int) throws {
        var numbers = SeededNumbers(seed: UInt64(number) + 1)
        var compiled = 0
        var judged = 0
        let turns = Int(ProcessInfo.processInfo.environment["TOUCHLINE_MUTATIONS"] ?? "") ?? 1_500
        for _ in 0..<turns {
            let text = Self.mutated(Self.schemas[number], &numbers)
            let schema: Schema
            do {
                schema = try compile(text, formatIsAssertion: Bool.random(using: &numbers))
                compiled += 1
            } catch {
                try Self.expectPlaces(error, in: text)
                continue
            }
            for document in Self.documents + [Self.mutated(Self.documents[number], &numbers)] {
                guard let failure = try? failure(of: document, by: schema) else { continue }
                judged += 1
                #expect(failure.sentence.hasSuffix("."), "\(text)")
            }
        }
        #expect(compiled > turns / 20, "the mutations are too wild to reach the validator")
        #expect(judged > turns / 20, "the mutations are too tame")
    }

    private static func expectPlaces(_ error: any Error, in text: String) throws {
        let errors = try #require(error as? SchemaErrors)
        #expect(!errors.mistakes.isEmpty)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for mistake in errors.mistakes {
            #expect(mistake.line >= 1 && mistake.line <= lines.count, "\(mistake)\n\(text)")
            #expect(mistake.column >= 1, "\(mistake)\n\(text)")
            #expect(mistake.column <= lines[mistake.line - 1].unicodeScalars.count + 1)
            #expect(!mistake.message.isEmpty)
        }
    }

    private static func mutated(_ text: String, _ numbers: inout SeededNumbers) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &numbers)
            let end = min(bytes.count, place + Int.random(in: 1...20, using: &numbers))
            switch Int.random(in: 0..<6, using: &numbers) {
            case 0: bytes[place..<end] = []
            case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 2:
                let word = words.randomElement(using: &numbers) ?? ""
                bytes.replaceSubrange(place..<min(end, place + word.utf8.count), with: word.utf8)
            case 3: swapValues(&bytes, &numbers)
            default:
                guard place < bytes.count else { continue }
                bytes[place] = UInt8.random(in: 0x20..<0x7F, using: &numbers)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Puts one quoted word in the place of another, which mostly leaves the text JSON.
    private static func swapValues(_ bytes: inout [UInt8], _ numbers: inout SeededNumbers) {
        var words: [Range<Int>] = []
        var start: Int?
        for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "\"") {
            if let first = start { words.append(first..<place + 1) }
            start = start == nil ? place : nil
        }
        guard let from = words.randomElement(using: &numbers),
            let to = words.randomElement(using: &numbers)
        else { return }
        bytes.replaceSubrange(to, with: Array(bytes[from]))
    }
}
