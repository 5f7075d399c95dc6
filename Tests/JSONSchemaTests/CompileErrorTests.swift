import JSONSchema
import Testing

/// What the author of a schema is told.
struct CompileErrorTests {
    @Test(
        "a mistake is told with its line, its column and what is wanted",
        arguments: [
            ("", "1:1: the file is empty"),
            ("{", "1:2: the text ends before the JSON does"),
            (
                "{\n  \"type\": \"string\",\n}",
                "3:1: a comma stands before this, but nothing follows it"
            ),
            ("{\n  'type': 1}", "2:3: a JSON string is written in double quotes"),
            (#"{"a": 1 "b": 2}"#, "1:9: a comma is missing before this"),
            (#"{"a": 1, "a": 2}"#, #"1:10: the key "a" stands here twice"#),
            (#"{"minimum": 36893488147419103232}"#, "1:13: the number does not fit 64 bits"),
            ("[]", "1:1: a schema is an object, true or false"),
            (#"{"type": "strin"}"#, "1:10: unknown type 'strin' (did you mean 'string'?)"),
            (#"{"type": []}"#, "1:10: 'type' names no type"),
            (
                #"{"properties": {"ä": {"minLength": -1}}}"#,
                "1:36: a whole number, 0 or more, is wanted here"
            ),
            (
                #"{"items": [true]}"#,
                "1:11: 'items' is one schema; a list of schemas is 'prefixItems'"
            ),
            (#"{"required": ["a", 1]}"#, "1:20: a name is wanted here, in double quotes"),
            (#"{"multipleOf": 0}"#, "1:16: 'multipleOf' is a number above 0"),
            (
                #"{"pattern": "é\\u00e9(?=a)"}"#,
                "1:22: look-ahead is not linear-time and not supported"
            ),
            (
                #"{"pattern": "(a)\\1"}"#,
                "1:17: a back reference is not linear-time and not supported"
            ),
            (#"{"patternProperties": {"[z-a]": true}}"#, "1:26: this range is out of order"),
            (#"{"pattern": "\ud83d\ude00)"}"#, "1:26: this ')' closes nothing"),
            (
                ##"{"$ref": "#/$defs/txt", "$defs": {"text": true}}"##,
                "1:10: nothing stands at '/$defs/txt': there is no 'txt' (did you mean 'text'?)"
            ),
            (
                ##"{"$ref": "#nme", "$anchor": "name"}"##,
                "1:10: 'file:///schema.json' has no anchor 'nme' (did you mean 'name'?)"
            ),
            (
                #"{"$ref": "https://example.org/x.json"}"#,
                "1:10: no file that was given is 'https://example.org/x.json', and nothing is fetched"
            ),
            (
                #"{"$ref": "schem.json"}"#,
                "1:10: no file that was given is 'file:///schem.json', and nothing is fetched (did you mean 'file:///schema.json'?)"
            ),
            (
                #"{"$schema": "http://json-schema.org/draft-07/schema#"}"#,
                "1:13: this draft isn't supported: write 'https://json-schema.org/draft/2020-12/schema'"
            ),
            (
                #"{"$id": "https://json-schema.org/draft/2020-12/schema"}"#,
                "1:1: 'https://json-schema.org/draft/2020-12/schema' is also the URI of a schema in (built in) schema"
            ),
            (##"{"$ref": "#"}"##, "1:10: this leads back to itself, without end"),
            (
                ##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}}"##,
                "1:65: this leads back to itself, without end"
            ),
            (
                ##"{"$dynamicAnchor": "a", "$dynamicRef": "#a"}"##,
                "1:40: this leads back to itself, without end"
            ),
            (
                ##"{"$recursiveRef": "#", "$schema": "https://json-schema.org/draft/2019-09/schema"}"##,
                "1:19: '$recursiveRef' isn't supported: write '$dynamicRef' of draft 2020-12"
            ),
        ]
    )
    func mistake(schema: String, expected: String) {
        #expect(mistakes(schema) == ["schema.json:" + expected])
    }

    @Test("all mistakes of a file are told at once, in their order")
    func allMistakes() {
        let schema = """
            {
              "type": "objekt",
              "properties": {"a": {"$ref": "#/b"}, "c": 5},
              "maxItems": "many"
            }
            """
        #expect(
            mistakes(schema) == [
                "schema.json:2:11: unknown type 'objekt' (did you mean 'object'?)",
                "schema.json:3:32: nothing stands at '/b': there is no 'b'",
                "schema.json:3:45: a schema is an object, true or false",
                "schema.json:4:15: a whole number, 0 or more, is wanted here",
            ]
        )
    }

    @Test("a mistake is shown in its line, with a caret")
    func caret() {
        let schema = "{\n\t\"type\": \"nul\"\n}"
        #expect(throws: SchemaErrors.self) { try compile(schema) }
        do throws(SchemaErrors) {
            _ = try SchemaLibrary([SchemaText(file: "s.json", text: schema)]).compile("s.json")
        } catch {
            #expect(
                error.description
                    == "s.json:2:10: unknown type 'nul' (did you mean 'null'?)\n    \t\"type\": \"nul\"\n    \t        ^"
            )
        }
    }

    @Test("a schema that no file has is named")
    func noFile() throws {
        let library = try SchemaLibrary([])
        #expect(throws: SchemaErrors.self) { try library.compile("gone.json") }
    }

    @Test("two files of one URI are refused")
    func sameURI() {
        let texts = ["a.json", "b.json"].map { SchemaText(file: $0, text: #"{"$id": "urn:x"}"#) }
        #expect(throws: SchemaErrors.self) { try SchemaLibrary(texts) }
    }

    @Test("a keyword that is probably a slip is warned of, one that isn't is left alone")
    func warnings() throws {
        let schema = try compile(#"{"requried": ["a"], "x-owner": 1, "format": "emial"}"#)
        #expect(
            schema.warnings.map { "\($0.line):\($0.column): \($0.message)" } == [
                "1:2: unknown keyword 'requried' has no effect (did you mean 'required'?)",
                "1:45: unknown format 'emial' has no effect (did you mean 'email'?)",
            ]
        )
    }

    private func mistakes(_ schema: String) -> [String] {
        do {
            _ = try compile(schema)
            return []
        } catch {
            return (error as? SchemaErrors)?.mistakes.map {
                "\($0.file):\($0.line):\($0.column): \($0.message)"
            } ?? ["\(error)"]
        }
    }
}
