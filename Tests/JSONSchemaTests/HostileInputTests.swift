import JSONDocument
import JSONSchema
import Testing

/// Schemas and documents that nobody should write: a located error or an answer, in bounded time.
struct HostileInputTests {
    @Test(
        "a schema beyond the limits is refused where it goes beyond them",
        .timeLimit(.minutes(1)),
        arguments: [
            (nested(#"{"not":"#, "true", "}", 2_000), "the schema is nested deeper than 128"),
            (nested("[", "", "]", 500_000), "the schema is nested deeper than 128"),
            ("\"\(String(repeating: "x", count: 1 << 20))\"", "the schema is too large"),
            (chain(5_000), "one value would pass through more than 100 schemas"),
            (
                many(1_100) { #""p\#($0)": {"pattern": "a"}"# },
                "the schema has too many patterns, or too long ones"
            ),
            (
                #"{"pattern": "((a{100}){100}){100}"}"#,
                "the pattern can't be used: invalid repetition size: {100}"
            ),
            (
                #"{"$id": "http://x/\#(String(repeating: "y", count: 3_000))"}"#,
                "'$id' comes to a URI of more than 2048 bytes"
            ),
            (#"{"$ref": "schema.json"}"#, "this leads back to itself, without end"),
        ]
    )
    func limits(schema: String, message: String) {
        do {
            _ = try compile(schema)
            Issue.record("it was compiled")
        } catch {
            let mistakes = (error as? SchemaErrors)?.mistakes ?? []
            #expect(mistakes.first?.message == message)
            #expect(mistakes.count <= 50)
        }
    }

    @Test(
        "a large schema compiles and judges in time",
        .timeLimit(.minutes(1)),
        arguments: [
            // Names and references, each looked up among all.
            #"{"$defs": {\#(list(10_000) { #""d\#($0)": {"minimum": 0}"# })}, "allOf": [{"minimum": 0}, "#
                + list(10_000) { ##"{"$ref": "#/$defs/d\##($0)"}"## } + "]}",
            #"{"enum": [\#(list(100_000) { "\"\($0)\"" }), 5]}"#,
            many(10_000) { #""property\#($0)": {"type": "string"}"# },
            many(10_000) { #""p\#($0)": {"$id": "http://x/\#($0)", "$anchor": "a"}"# },
            "{\(list(20_000) { "\"unknwon\($0)\": 1" })}",
            nested(#"{"anyOf":[false,"#, "true", "]}", 60),
        ]
    )
    func largeSchemas(schema: String) throws {
        let compiled = try compile(schema)
        #expect(try failure(of: "5", by: compiled) == nil)
    }

    @Test(
        "a value that doubles with each level of a schema is given up",
        .timeLimit(.minutes(1)),
        arguments: [
            // Each level evaluates the next twice, for the same value.
            ##"{"$ref": "#/$defs/d0", "$defs": {\##(list(40) { #""d\#($0)": {"anyOf": [\#(twice($0 + 1))], "unevaluatedProperties": false}"# }), "d40": {"required": ["x"]}}}"##,
            ##"{"$ref": "#/$defs/d0", "$defs": {\##(list(40) { #""d\#($0)": {"oneOf": [\#(twice($0 + 1))]}"# }), "d40": {"pattern": "y", "properties": {"a": {"pattern": "(x+x+)+y"}}, "required": ["a", "y"]}}}"##,
            // One level in the document, two evaluations.
            ##"{"properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}}"##,
        ]
    )
    func exponentialSchemas(schema: String) throws {
        let compiled = try compile(schema)
        let text = String(repeating: "x", count: 4_000)
        let document = Self.nested(#"{"t": "\#(text)", "a": "#, "1", "}", 60)
        let duration = try ContinuousClock().measure {
            let failure = try failure(of: document, by: compiled)
            #expect(failure?.sentence == "body is too intricate to be checked.")
        }
        #expect(duration < .seconds(10))
    }

    @Test("a dynamic reference that never ends is given up", .timeLimit(.minutes(1)))
    func dynamicCycle() throws {
        let schema = try compile(
            ##"{"$id": "http://x/a", "$dynamicAnchor": "n", "$ref": "b", "$defs": {"b": {"$id": "b", "$dynamicAnchor": "n", "$dynamicRef": "#n"}}}"##
        )
        let failure = try failure(of: "1", by: schema)
        #expect(failure?.sentence == "body is too intricate to be checked.")
    }

    @Test(
        "a document of any size is judged in time",
        .timeLimit(.minutes(1)),
        arguments: [
            (#"{"uniqueItems": true}"#, "[\(list(100_000) { "[\($0)]" })]", true),
            (#"{"uniqueItems": true}"#, "[\(list(50_000) { "[\($0)]" }), [7]]", false),
            (
                #"{"pattern": "(x+x+)+y"}"#, "\"\(String(repeating: "x", count: 10_000_000))\"",
                false
            ),
            (
                #"{"maxLength": 1000}"#, "\"\(String(repeating: "e\u{301}", count: 1_000_000))\"",
                false
            ),
            (#"{"items": {"multipleOf": 7}}"#, "[\(list(20_000) { "1e\(300 + $0 % 8)" })]", false),
            (##"{"items": {"$ref": "#"}}"##, nested("[", "", "]", 150), true),
            (##"{"items": {"$ref": "#"}}"##, nested("[", "", "]", 400), false),
            (
                #"{"unevaluatedProperties": false, "patternProperties": {"^k": true}}"#,
                many(50_000) { #""k\#($0)": 1"# }, true
            ),
        ]
    )
    func largeDocuments(schema: String, document: String, isValid: Bool) throws {
        #expect(try (failure(of: document, by: compile(schema)) == nil) == isValid)
    }

    // MARK: Texts

    private static func nested(_ open: String, _ core: String, _ close: String, _ depth: Int)
        -> String
    {
        String(repeating: open, count: depth) + core + String(repeating: close, count: depth)
    }

    private static func list(_ count: Int, _ element: (Int) -> String) -> String {
        (0..<count).map(element).joined(separator: ",")
    }

    /// An object of properties, as a schema or a document.
    private static func many(_ count: Int, _ member: (Int) -> String) -> String {
        let members = list(count, member)
        return members.contains("\"k0\"") ? "{\(members)}" : #"{"properties": {\#(members)}}"#
    }

    private static func chain(_ count: Int) -> String {
        let links = list(count) { ##""d\##($0)": {"$ref": "#/$defs/d\##($0 + 1)"}"## }
        return ##"{"$ref": "#/$defs/d0", "$defs": {\##(links), "d\##(count)": true}}"##
    }

    private static func twice(_ level: Int) -> String {
        list(2) { _ in ##"{"$ref": "#/$defs/d\##(level)"}"## }
    }
}
