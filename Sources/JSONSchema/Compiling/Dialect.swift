/// The keywords that a schema resource may use, as its `$schema` says.
struct Dialect {
    /// A vocabulary of draft 2020-12.
    enum Vocabulary: String, CaseIterable {
        case core, applicator, unevaluated, validation, content
        case metaData = "meta-data"
        case formatAnnotation = "format-annotation"
        case formatAssertion = "format-assertion"

        static let prefix = "https://json-schema.org/draft/2020-12/vocab/"
    }

    /// How a keyword holds schemas.
    enum Shape {
        case schema, array, map
        /// `items`, which draft 2019-09 lets be an array, too.
        case schemaOrArray
        /// `dependencies`, where a list of names may stand for a schema.
        case mapOrNames
        case none
    }

    struct Keyword {
        let vocabulary: Vocabulary
        let shape: Shape
    }

    let vocabularies: Set<Vocabulary>
    /// Whether this is draft 2019-09, which knows no `prefixItems` and no `$dynamicRef`.
    let isHistoric: Bool

    static let current = Dialect(
        vocabularies: Set(Vocabulary.allCases).subtracting([.formatAssertion]),
        isHistoric: false
    )
    static let historic = Dialect(vocabularies: current.vocabularies, isHistoric: true)

    static let currentURI = "https://json-schema.org/draft/2020-12/schema"
    static let historicURI = "https://json-schema.org/draft/2019-09/schema"

    /// A keyword's meaning, or nil when the dialect has no such keyword.
    func keyword(_ name: String) -> Keyword? {
        guard let keyword = Self.keywords[name], vocabularies.contains(keyword.vocabulary) else {
            return nil
        }
        let isOther = isHistoric ? Self.onlyCurrent : Self.onlyHistoric
        return isOther.contains(name) ? nil : keyword
    }

    /// All keywords by their name.
    static let keywords: [String: Keyword] = {
        var keywords: [String: Keyword] = [:]
        func add(_ vocabulary: Vocabulary, _ shape: Shape, _ names: String) {
            for name in names.split(separator: " ") {
                keywords[String(name)] = Keyword(vocabulary: vocabulary, shape: shape)
            }
        }
        add(
            .core,
            .none,
            "$schema $id $ref $anchor $dynamicRef $dynamicAnchor $vocabulary $comment"
        )
        add(.core, .none, "$recursiveRef $recursiveAnchor")
        add(.core, .map, "$defs definitions")
        add(.applicator, .array, "allOf anyOf oneOf prefixItems")
        add(.applicator, .schema, "not if then else additionalProperties propertyNames contains")
        add(.applicator, .schema, "additionalItems")
        add(.applicator, .schemaOrArray, "items")
        add(.applicator, .map, "properties patternProperties dependentSchemas")
        add(.applicator, .mapOrNames, "dependencies")
        add(.unevaluated, .schema, "unevaluatedItems unevaluatedProperties")
        add(.validation, .none, "type const enum multipleOf maximum exclusiveMaximum minimum")
        add(.validation, .none, "exclusiveMinimum maxLength minLength pattern maxItems minItems")
        add(.validation, .none, "uniqueItems maxContains minContains maxProperties minProperties")
        add(.validation, .none, "required dependentRequired")
        add(.metaData, .none, "title description default deprecated readOnly writeOnly examples")
        add(.formatAnnotation, .none, "format")
        add(.content, .none, "contentEncoding contentMediaType")
        add(.content, .schema, "contentSchema")
        return keywords
    }()

    private static let onlyCurrent: Set<String> = ["prefixItems", "$dynamicRef", "$dynamicAnchor"]
    private static let onlyHistoric: Set<String> = [
        "additionalItems", "$recursiveRef", "$recursiveAnchor",
    ]
}
