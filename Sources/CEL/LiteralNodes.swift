final class ListLiteral: Node, @unchecked Sendable {
    let elements: [(node: Node, isOptional: Bool)]

    init(_ elements: [(node: Node, isOptional: Bool)], at offset: Int) {
        self.elements = elements
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements {
            let value = try element.node.value(&context)
            guard element.isOptional else {
                values.append(value)
                continue
            }
            guard case .optional(let held) = value else {
                throw error(.invalid("behind '?' stands no optional"))
            }
            if let held { values.append(held) }
        }
        return .list(values)
    }
}

final class MapLiteral: Node, @unchecked Sendable {
    struct Entry {
        let key: Node
        let value: Node
        let isOptional: Bool
    }

    let entries: [Entry]

    init(_ entries: [Entry], at offset: Int) {
        self.entries = entries
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        var pairs: [(key: Value, value: Value)] = []
        pairs.reserveCapacity(entries.count)
        for entry in entries {
            let key = try entry.key.value(&context)
            let value = try entry.value.value(&context)
            guard entry.isOptional else {
                pairs.append((key, value))
                continue
            }
            guard case .optional(let held) = value else {
                throw error(.invalid("behind '?' stands no optional"))
            }
            if let held { pairs.append((key, held)) }
        }
        guard let map = MapValue(pairs) else { throw error(.invalid(MapValue.badKeys)) }
        return .map(map)
    }
}

extension MapValue {
    static let badKeys = "the map has one key twice, or a key that is no bool, number or text"
}
