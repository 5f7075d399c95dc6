/// `a.b` and `a.?b` of a map, record or optional that an expression has at hand.
final class Field: Node, @unchecked Sendable {
    let operand: Node
    let name: String
    let isOptional: Bool

    init(_ operand: Node, _ name: String, isOptional: Bool, at offset: Int) {
        self.operand = operand
        self.name = name
        self.isOptional = isOptional
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        let operand = try operand.value(&context)
        let found = try field(of: operand)
        if isOptional || operand.isOptional { return .optional(found) }
        guard let found else { throw error(.noSuchKey(.string(name))) }
        return found
    }

    /// Whether the field is there; of an optional that holds nothing it isn't.
    func isPresent(_ context: inout Context) throws(EvaluationError) -> Bool {
        try field(of: try operand.value(&context)) != nil
    }

    private func field(of value: Value) throws(EvaluationError) -> Value? {
        switch value {
        case .map(let map): return map[.string(name)]
        case .record(let record): return record.field(named: name)
        case .optional(let held):
            return try held.flatMap { held throws(EvaluationError) in
                try field(of: held)
            }
        default: throw error(.invalid("a value of type \(value.typeName) has no fields"))
        }
    }
}

/// `has(a.b)`.
final class FieldPresence: Node, @unchecked Sendable {
    let field: Field

    init(_ field: Field) {
        self.field = field
        super.init(at: field.offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        try field.isPresent(&context)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

/// A field of a record whose type is known, found by its place.
final class RecordField: Node, @unchecked Sendable {
    let operand: Node
    let index: Int
    let path: String

    init(_ operand: Node, _ index: Int, path: String, at offset: Int) {
        self.operand = operand
        self.index = index
        self.path = path
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        guard case .record(let record) = try operand.value(&context), index < record.fields.count
        else { throw error(.noSuchOverload(".")) }
        guard let field = record.fields[index] else { throw error(.unknownFact(path)) }
        return field
    }
}

/// `a[b]` and `a[?b]`.
final class Index: Node, @unchecked Sendable {
    let operand: Node
    let index: Node
    let isOptional: Bool

    init(_ operand: Node, _ index: Node, isOptional: Bool, at offset: Int) {
        self.operand = operand
        self.index = index
        self.isOptional = isOptional
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        let operand = try operand.value(&context)
        let index = try index.value(&context)
        let found = try element(of: operand, index)
        if isOptional || operand.isOptional { return .optional(found) }
        if let found { return found }
        if case .list = operand, let place = place(index) { throw error(.indexOutOfRange(place)) }
        throw error(.noSuchKey(index))
    }

    private func element(of value: Value, _ index: Value) throws(EvaluationError) -> Value? {
        switch value {
        case .map(let map): return map[index]
        case .list(let elements):
            guard let place = place(index) else { throw error(.noSuchOverload("[]")) }
            return place >= 0 && place < elements.count ? elements[Int(place)] : nil
        case .optional(let held):
            return try held.flatMap { held throws(EvaluationError) in
                try element(of: held, index)
            }
        default: throw error(.noSuchOverload("[]"))
        }
    }

    private func place(_ index: Value) -> Int64? {
        switch index {
        case .int(let value): value
        case .uint(let value): Int64(exactly: value)
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }
}

extension Value {
    var isOptional: Bool {
        if case .optional = self { true } else { false }
    }
}
