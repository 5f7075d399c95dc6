/// One thing that a schema asks of a value: a keyword, compiled.
///
/// Trivial, so that a validation copies checks without counting references. Numbers of nodes,
/// keys, literals and patterns are places in the program's tables.
enum Check {
    case type(TypeSet)
    case equal(literal: Int32)
    /// With hash slots for the literals, or none when they are few.
    case oneOf(literals: Span, slots: Span)
    case lengthMin(Int)
    case lengthMax(Int)
    case pattern(Int32)
    case format(Format)
    case multiple(Decimal)
    /// By number of literal.
    case maximum(Int32)
    case minimum(Int32)
    case exclusiveMaximum(Int32)
    case exclusiveMinimum(Int32)
    case itemsMin(Int)
    case itemsMax(Int)
    case unique
    case propertiesMin(Int)
    case propertiesMax(Int)
    case required(keys: Span)
    /// Each row is a key and the keys that it asks for.
    case dependentRequired(rows: Span)
    /// The node of each key is for the whole object.
    case dependentSchemas(keys: Span)
    case members(table: Int32)
    case names(node: Int32)
    case items(prefix: Span, rest: Int32)
    case contains(node: Int32, min: Int, max: Int)
    case all(nodes: Span)
    case any(nodes: Span)
    case one(nodes: Span)
    case not(node: Int32)
    case condition(Int32, then: Int32, otherwise: Int32)
    case reference(node: Int32)
    case dynamicReference(node: Int32, name: Int32)
    case unevaluatedProperties(node: Int32)
    case unevaluatedItems(node: Int32)
    case never

    /// A run of a table's rows.
    struct Span {
        let start: Int32
        let count: Int32

        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    /// Cheap checks first; those that need the others' results last.
    var rank: Int {
        switch self {
        case .type, .never: 0
        case .equal, .oneOf, .maximum, .minimum, .exclusiveMaximum, .exclusiveMinimum, .itemsMin,
            .itemsMax, .propertiesMin, .propertiesMax, .lengthMin, .lengthMax, .required, .multiple:
            1
        case .unevaluatedProperties, .unevaluatedItems: 3
        default: 2
        }
    }

    /// Nodes that look at the same value as this check's, always or perhaps.
    func visitInPlace(_ program: ProgramTables, _ visit: (Int32) -> Void) {
        switch self {
        case .all(let nodes), .any(let nodes), .one(let nodes):
            for row in nodes.range { visit(program.nodeLists[row]) }
        case .dependentSchemas(let keys):
            for row in keys.range { visit(program.keys[row].node) }
        case .not(let node), .reference(let node), .dynamicReference(let node, _): visit(node)
        case .condition(let condition, let then, let otherwise):
            visit(condition)
            if then >= 0 { visit(then) }
            if otherwise >= 0 { visit(otherwise) }
        default: break
        }
    }
}

/// The types that a value may have.
struct TypeSet: OptionSet {
    let rawValue: UInt8

    static let null = TypeSet(rawValue: 1)
    static let boolean = TypeSet(rawValue: 2)
    static let object = TypeSet(rawValue: 4)
    static let array = TypeSet(rawValue: 8)
    static let number = TypeSet(rawValue: 16)
    static let string = TypeSet(rawValue: 32)
    /// Numbers without a fraction.
    static let integer = TypeSet(rawValue: 64)

    static let names: KeyValuePairs<String, TypeSet> = [
        "null": .null, "boolean": .boolean, "object": .object, "array": .array,
        "number": .number, "string": .string, "integer": .integer,
    ]
}

/// A check and where its keyword stands.
struct Step {
    let check: Check
    let place: SchemaPlace
}

/// A value of a schema document.
struct SchemaPlace: Hashable {
    /// The number of the document in the program.
    let document: Int32
    /// The value's place on the document's tape.
    let index: Int32
}

/// A compiled schema or subschema: a run of steps that must all hold.
struct Node {
    var steps = Check.Span(start: 0, count: 0)
    /// The resource that it belongs to, for the dynamic scope.
    let resource: Int32
    /// Whether it asks what its other steps have looked at.
    var tracks = false
}

/// A key of an object, with what it leads to.
struct Key {
    let start: Int32
    let count: Int32
    /// A node, or for `dependentRequired` the row of a span of keys; -1 for none.
    let node: Int32
}

/// What `properties`, `patternProperties` and `additionalProperties` of one schema say together.
struct MemberTable {
    let keys: Check.Span
    /// Hash slots for the keys, or none when they are few.
    let slots: Check.Span
    let patterns: Check.Span
    /// The node for members that neither named nor matched; -1 for none.
    let additional: Int32
}
