/// A value of the Common Expression Language.
package enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(MapValue)
    case record(Record)
    case timestamp(Timestamp)
    /// Nanoseconds.
    case duration(Int64)
    /// The name of a type, such as `int` or `google.protobuf.Timestamp`.
    case type(String)
    indirect case optional(Value?)
    indirect case address(IPAddress)
    indirect case network(IPNetwork)
}

/// An object of a list or map whose fields are declared, such as a member of a roster.
package final class Record: Sendable {
    package let type: RecordType
    /// One value for each field of the type, in its order; nil where the field is absent.
    package let fields: [Value?]

    package init(_ type: RecordType, _ fields: [Value?]) {
        precondition(fields.count == type.fields.count, "a record has one value for each field")
        self.type = type
        self.fields = fields
    }

    /// The value of the field with this name, or nil when there is none.
    func field(named name: String) -> Value? {
        type.fields.firstIndex { $0.name == name }.flatMap { fields[$0] }
    }
}

extension Value {
    /// The name of the value's type, as `type()` gives it.
    package var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .record(let record): record.type.name
        case .timestamp: ValueType.timestamp.name
        case .duration: ValueType.duration.name
        case .type: "type"
        case .optional: "optional_type"
        case .address: ValueType.address.name
        case .network: ValueType.network.name
        }
    }

    /// Whether the value may be passed where a type is declared; elements are not looked at.
    func fits(_ type: ValueType) -> Bool {
        switch (type, self) {
        case (.dyn, _), (.parameter, _), (.null, .null), (.bool, .bool), (.int, .int),
            (.uint, .uint), (.double, .double), (.string, .string), (.bytes, .bytes),
            (.timestamp, .timestamp), (.duration, .duration), (.list, .list), (.map, .map),
            (.optional, .optional), (.type, .type):
            true
        case (.record(let type), .record(let record)): type == record.type
        case (.opaque(let name, _), .address), (.opaque(let name, _), .network): name == typeName
        default: false
        }
    }

    /// Whether the value is what a fact that was never given would be.
    var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .int(let value): value == 0
        case .uint(let value): value == 0
        case .double(let value): value == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let elements): elements.isEmpty
        case .map(let map): map.entries.isEmpty
        case .duration(let nanoseconds): nanoseconds == 0
        case .optional(let value): value == nil
        case .timestamp(let instant): instant == Timestamp(seconds: 0, nanoseconds: 0)
        case .record, .type, .address, .network: false
        }
    }
}
