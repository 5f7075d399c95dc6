import JSONDocument

/// Says to a member what is wrong with a part of a message.
struct FailureSentence {
    let path: [JSONValue.PathStep]
    /// Whether the value is the name of the member that the path leads to.
    let isName: Bool
    let schemaPath: [JSONValue.PathStep]
    let value: JSONValue
    let detail: Int32
    let program: Program

    /// `body.text must be at most 4000 characters.`
    func text(_ check: Check) -> String {
        isName
            ? "The name \(Self.quoted(value)) in \(Self.name(path.dropLast())) \(demand(check))."
            : "\(Self.name(path[...])) \(demand(check))."
    }

    private func demand(_ check: Check) -> String {
        switch check {
        case .type(let types): "must be \(Self.words(types))"
        case .equal(let literal): "must be \(Self.shown(program.literals[Int(literal)]))"
        case .oneOf(let literals, _): Self.choice(literals.range.map { program.literals[$0] })
        case .lengthMin(let min): "must be at least \(Self.count(min, "character"))"
        case .lengthMax(let max): "must be at most \(Self.count(max, "character"))"
        case .pattern: "is not written as it should be"
        case .format(let format): "must be \(format.words)"
        case .multiple(let divisor): "must be a multiple of \(divisor)"
        case .maximum(let literal): "must be at most \(shown(literal))"
        case .minimum(let literal): "must be at least \(shown(literal))"
        case .exclusiveMaximum(let literal): "must be less than \(shown(literal))"
        case .exclusiveMinimum(let literal): "must be more than \(shown(literal))"
        case .itemsMin(let min): "must have at least \(Self.count(min, "entry", "entries"))"
        case .itemsMax(let max): "must have at most \(Self.count(max, "entry", "entries"))"
        case .unique: "must not have the same entry twice"
        case .propertiesMin(let min): "must have at least \(Self.count(min, "field"))"
        case .propertiesMax(let max): "must have at most \(Self.count(max, "field"))"
        case .required, .dependentRequired: "must have \(missing)"
        case .contains(_, let min, let max):
            max == .max
                ? "must have at least \(Self.count(min, "entry", "entries")) of the right kind"
                : "must have \(min) to \(max) entries of the right kind"
        case .any: "fits none of the forms that it may have"
        case .one:
            detail == 2
                ? "fits more than one of the forms that it may have"
                : "fits none of the forms that it may have"
        case .not: "has a form that it must not have"
        case .never: forbidden
        default: "is not as it should be"
        }
    }

    /// What `false` means depends on the keyword that holds it.
    private var forbidden: String {
        var keywords = schemaPath
        if case .element? = keywords.last { keywords.removeLast() }
        guard case .key(let keyword)? = keywords.last else { return "must not be there" }
        switch keyword {
        case "additionalProperties", "unevaluatedProperties": return "is not a known field"
        case "items", "unevaluatedItems": return "is one entry too many"
        case "propertyNames": return "is not allowed"
        default: return "must not be there"
        }
    }

    private var missing: String {
        guard detail >= 0 else { return "more fields" }
        let bytes = program.bytes(of: program.keys[Int(detail)])
        return Self.quoted(String(decoding: bytes, as: UTF8.self))
    }

    // MARK: Names

    /// `body.choices[2]`
    private static func name(_ path: ArraySlice<JSONValue.PathStep>) -> String {
        var text = "body"
        for step in path {
            switch step {
            case .key(let key): text += "." + cut(key)
            case .element(let number): text += "[\(number)]"
            }
        }
        return text
    }

    private static func quoted(_ value: JSONValue) -> String { quoted(value.string ?? "") }

    private static func quoted(_ text: String) -> String { "'\(cut(text))'" }

    /// A stranger's text, short and harmless.
    private static func cut(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(namedScalarsMax).map(\.shownInText)
        let isCut = text.unicodeScalars.count > namedScalarsMax
        return String(String.UnicodeScalarView(shown)) + (isCut ? "…" : "")
    }

    // MARK: Values

    private func shown(_ literal: Int32) -> String { Self.shown(program.literals[Int(literal)]) }

    private static func shown(_ value: JSONValue) -> String {
        if value.kind == .string { return quoted(value) }
        if let number = value.double, value.isInteger, number.magnitude < 1e15 {
            return "\(Int64(number))"
        }
        var bytes: [UInt8] = []
        value.write(into: &bytes)
        return cut(String(decoding: bytes, as: UTF8.self))
    }

    private static func choice(_ values: [JSONValue]) -> String {
        guard values.count <= choicesMax else { return "is none of the values that it may have" }
        return switch values.count {
        case 0: "can have no value"
        case 1: "must be \(shown(values[0]))"
        default:
            "must be " + values.dropLast().map(shown).joined(separator: ", ")
                + " or " + shown(values[values.count - 1])
        }
    }

    private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }

    private static func words(_ types: TypeSet) -> String {
        let words: KeyValuePairs<TypeSet, String> = [
            .string: "text", .integer: "a whole number", .number: "a number",
            .boolean: "true or false", .object: "an object", .array: "a list", .null: "null",
        ]
        let named = words.filter { types.contains($0.key) }.map(\.value)
        return named.count < 2
            ? named.joined()
            : named.dropLast().joined(separator: ", ") + " or " + named[named.count - 1]
    }

    private static let namedScalarsMax = 40
    private static let choicesMax = 8
}
