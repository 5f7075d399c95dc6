/// A type of the Common Expression Language, as declared or deduced.
package indirect enum ValueType: Hashable, Sendable {
    /// Known only when the expression is evaluated.
    case dyn
    case null, bool, int, uint, double, string, bytes, timestamp, duration
    case list(ValueType)
    case map(ValueType, ValueType)
    case optional(ValueType)
    /// The type of a type.
    case type(ValueType)
    case record(RecordType)
    /// A type with a name and no literals, such as an IP address.
    case opaque(String, [ValueType])
    /// A type that stands for any other in an overload, such as the element of a list.
    case parameter(String)

    package static let address = ValueType.opaque("net.IP", [])
    package static let network = ValueType.opaque("net.CIDR", [])
}

/// An object whose fields are declared by name, such as a channel or its roster.
package struct RecordType: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package let name: String
        package let type: ValueType
    }

    package let name: String
    package let fields: [Field]

    package init(_ name: String, _ fields: KeyValuePairs<String, ValueType>) {
        self.name = name
        self.fields = fields.map { Field(name: $0.key, type: $0.value) }
    }

    package init(_ name: String, fields: [(name: String, type: ValueType)]) {
        self.name = name
        self.fields = fields.map { Field(name: $0.name, type: $0.type) }
    }
}

extension ValueType {
    /// The name without parameters, as `type()` gives it.
    var name: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .list: "list"
        case .map: "map"
        case .optional: "optional_type"
        case .type: "type"
        case .record(let record): record.name
        case .opaque(let name, _): name
        case .parameter(let name): name
        }
    }

    /// The types inside this one.
    var parameters: [ValueType] {
        switch self {
        case .list(let element), .optional(let element), .type(let element): [element]
        case .map(let key, let value): [key, value]
        case .opaque(_, let parameters): parameters
        default: []
        }
    }

    /// The same type around other parameters.
    func mapParameters(_ transform: (ValueType) -> ValueType) -> ValueType {
        switch self {
        case .list(let element): .list(transform(element))
        case .optional(let element): .optional(transform(element))
        case .type(let element): .type(transform(element))
        case .map(let key, let value): .map(transform(key), transform(value))
        case .opaque(let name, let parameters): .opaque(name, parameters.map(transform))
        default: self
        }
    }

    var isNumber: Bool { self == .int || self == .uint || self == .double }

    /// The types that an expression can name, such as `int` in `type(x) == int`.
    static let named: [String: ValueType] = {
        let types: [ValueType] = [
            .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration,
            .list(.dyn), .map(.dyn, .dyn), .optional(.dyn), .type(.dyn), .address, .network,
        ]
        return Dictionary(uniqueKeysWithValues: types.map { ($0.name, $0) })
    }()
}

extension ValueType: CustomStringConvertible {
    /// The type as a person would write it, such as `list(string)`.
    package var description: String {
        switch self {
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .null: "null"
        case .optional(let element): "optional(\(element))"
        case .parameter: "any"
        default:
            parameters.isEmpty
                ? name : "\(name)(\(parameters.map(\.description).joined(separator: ", ")))"
        }
    }
}
