import JSONSchema
import Testing

/// What a member is told, and where it is wrong.
struct SentenceTests {
    private static let chat = """
        {
          "type": "object",
          "required": ["text"],
          "additionalProperties": false,
          "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 5},
            "tags": {
              "type": "array", "maxItems": 14, "uniqueItems": true,
              "items": {"enum": ["goal", "foul", 3]}
            },
            "mood": {"pattern": "^:[a-z]+:$"},
            "when": {"format": "date"},
            "minutes": {"type": "integer", "minimum": 0, "exclusiveMaximum": 120, "multipleOf": 0.5},
            "names": {"propertyNames": {"maxLength": 3}, "minProperties": 1},
            "no": false,
            "same": {"const": {"a": [1]}},
            "kinds": {"type": ["string", "null", "integer"]},
            "deep/er~": {"prefixItems": [true, {"type": "boolean"}], "items": false},
            "any": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["id"]}]},
            "one": {"oneOf": [{"minimum": 1}, {"minimum": 2}]},
            "not": {"not": {"type": "null"}},
            "few": {"contains": {"const": 1}, "minContains": 2}
          }
        }
        """

    @Test(
        "a failure tells its place in the message and in the schema, and a sentence",
        arguments: [
            ("3", "", "/type", "body must be an object."),
            ("{}", "", "/required", "body must have 'text'."),
            (
                #"{"text":""}"#, "/text", "/properties/text/minLength",
                "body.text must be at least 1 character."
            ),
            (
                #"{"text":"żółw 🐢🐢"}"#, "/text", "/properties/text/maxLength",
                "body.text must be at most 5 characters."
            ),
            (#"{"text":true}"#, "/text", "/properties/text/type", "body.text must be text."),
            (
                #"{"text":"a","x\u0000y":1}"#, "/x\0y", "/additionalProperties",
                "body.x\u{FFFD}y is not a known field."
            ),
            (
                #"{"text":"a","tags":["goal","own"]}"#, "/tags/1", "/properties/tags/items/enum",
                "body.tags[1] must be 'goal', 'foul' or 3."
            ),
            (
                #"{"text":"a","tags":[3,3.0]}"#, "/tags", "/properties/tags/uniqueItems",
                "body.tags must not have the same entry twice."
            ),
            (
                #"{"text":"a","mood":":x: "}"#, "/mood", "/properties/mood/pattern",
                "body.mood is not written as it should be."
            ),
            (
                #"{"text":"a","when":"2026-02-29"}"#, "/when", "/properties/when/format",
                "body.when must be a date such as 2026-03-17."
            ),
            (
                #"{"text":"a","minutes":-1}"#, "/minutes", "/properties/minutes/minimum",
                "body.minutes must be at least 0."
            ),
            (
                #"{"text":"a","minutes":120}"#, "/minutes", "/properties/minutes/exclusiveMaximum",
                "body.minutes must be less than 120."
            ),
            (
                #"{"text":"a","minutes":1.5}"#, "/minutes", "/properties/minutes/type",
                "body.minutes must be a whole number."
            ),
            (
                #"{"text":"a","names":{"long":1}}"#, "/names/long",
                "/properties/names/propertyNames/maxLength",
                "The name 'long' in body.names must be at most 3 characters."
            ),
            (
                #"{"text":"a","names":{}}"#, "/names", "/properties/names/minProperties",
                "body.names must have at least 1 field."
            ),
            (#"{"text":"a","no":1}"#, "/no", "/properties/no", "body.no must not be there."),
            (
                #"{"text":"a","same":{"a":[2]}}"#, "/same", "/properties/same/const",
                #"body.same must be {"a":[1]}."#
            ),
            (
                #"{"text":"a","kinds":false}"#, "/kinds", "/properties/kinds/type",
                "body.kinds must be text, a whole number or null."
            ),
            (
                #"{"text":"a","deep/er~":[1,2]}"#, "/deep~1er~0/1",
                "/properties/deep~1er~0/prefixItems/1/type",
                "body.deep/er~[1] must be true or false."
            ),
            (
                #"{"text":"a","deep/er~":[1,true,3]}"#, "/deep~1er~0/2",
                "/properties/deep~1er~0/items", "body.deep/er~[2] is one entry too many."
            ),
            (
                #"{"text":"a","any":{}}"#, "/any", "/properties/any/anyOf/1/required",
                "body.any must have 'id'."
            ),
            (
                #"{"text":"a","one":2}"#, "/one", "/properties/one/oneOf",
                "body.one fits more than one of the forms that it may have."
            ),
            (
                #"{"text":"a","not":null}"#, "/not", "/properties/not/not",
                "body.not has a form that it must not have."
            ),
            (
                #"{"text":"a","few":[1]}"#, "/few", "/properties/few/contains",
                "body.few must have at least 2 entries of the right kind."
            ),
        ]
    )
    func sentence(document: String, instance: String, schema: String, sentence: String) throws {
        let compiled = try compile(Self.chat, formatIsAssertion: true)
        let failure = try #require(try failure(of: document, by: compiled))
        #expect(failure.instancePath == instance)
        #expect(failure.schemaPath == schema)
        #expect(failure.schemaFile == "schema.json")
        #expect(failure.sentence == sentence)
    }

    @Test("every failure of a message is told once, in the order of its fields")
    func allFailures() throws {
        let schema = try compile(Self.chat)
        let document = #"{"tags":[1,2,"goal"],"minutes":0.25,"text":"too long"}"#
        let sentences = try withDocument(document) { value in
            SchemaValidator(schema).failures(of: value).map(\.sentence)
        }
        #expect(
            sentences == [
                "body.tags[0] must be 'goal', 'foul' or 3.",
                "body.tags[1] must be 'goal', 'foul' or 3.",
                "body.minutes must be a whole number.",
                "body.minutes must be a multiple of 0.5.",
                "body.text must be at most 5 characters.",
            ]
        )
    }

    @Test("of several forms the one that was probably meant is explained")
    func nearestForm() throws {
        let schema = try compile(
            """
            {"oneOf": [
              {"properties": {"kind": {"const": "poll"}, "choices": {"minItems": 2}},
               "required": ["kind", "choices"]},
              {"properties": {"kind": {"const": "score"}, "home": {"type": "integer"}},
               "required": ["kind", "home"]}
            ]}
            """
        )
        let poll = try failure(of: #"{"kind":"poll","choices":[1]}"#, by: schema)
        #expect(poll?.sentence == "body.choices must have at least 2 entries.")
        let score = try failure(of: #"{"kind":"score","home":"two"}"#, by: schema)
        #expect(score?.sentence == "body.home must be a whole number.")
        let neither = try failure(of: #"{"kind":"goal"}"#, by: schema)
        #expect(neither?.sentence == "body fits none of the forms that it may have.")
    }

    @Test("a reference's failure names the file that it leads to")
    func otherFile() throws {
        let schema = try compile(
            #"{"properties": {"who": {"$ref": "parts/member.json#/$defs/name"}}}"#,
            with: ["parts/member.json": #"{"$defs": {"name": {"type": "string"}}}"#]
        )
        let failure = try #require(try failure(of: #"{"who":1}"#, by: schema))
        #expect(
            failure.description
                == "/who: body.who must be text. (parts/member.json#/$defs/name/type)"
        )
    }

    @Test("a stranger's long or harmful name is shortened and made harmless")
    func strangersName() throws {
        let schema = try compile(#"{"additionalProperties": false}"#)
        let name = "\u{202E}" + String(repeating: "x", count: 500)
        let failure = try failure(of: "{\"\(name)\":1}", by: schema)
        let shown = "\u{FFFD}" + String(repeating: "x", count: 39)
        #expect(failure?.sentence == "body.\(shown)… is not a known field.")
    }
}
