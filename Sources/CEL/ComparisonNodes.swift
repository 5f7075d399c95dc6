/// `<`, `<=`, `>` and `>=`.
enum Relation: String {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    func holds(_ order: Order) -> Bool {
        switch self {
        case .less: order == .before
        case .lessOrEqual: order == .before || order == .same
        case .greater: order == .after
        case .greaterOrEqual: order == .after || order == .same
        }
    }
}

final class Comparison: Node, @unchecked Sendable {
    let relation: Relation
    let left: Node
    let right: Node

    init(_ relation: Relation, _ left: Node, _ right: Node, at offset: Int) {
        self.relation = relation
        self.left = left
        self.right = right
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        let left = try left.value(&context)
        let right = try right.value(&context)
        try context.spend(min(left.weight, right.weight), at: offset)
        guard let order = Value.order(left, right) else {
            throw error(.noSuchOverload(relation.rawValue))
        }
        return relation.holds(order)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

/// A comparison of two ints, without looking at their types.
final class IntComparison: Node, @unchecked Sendable {
    let relation: Relation
    let left: Node
    let right: Node

    init(_ relation: Relation, _ left: Node, _ right: Node, at offset: Int) {
        self.relation = relation
        self.left = left
        self.right = right
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        let left = try left.int(&context)
        let right = try right.int(&context)
        return switch relation {
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

/// `==` and `!=`.
final class Equality: Node, @unchecked Sendable {
    let expected: Bool
    let left: Node
    let right: Node

    init(expected: Bool, _ left: Node, _ right: Node, at offset: Int) {
        self.expected = expected
        self.left = left
        self.right = right
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        let left = try left.value(&context)
        let right = try right.value(&context)
        do {
            return try Value.equal(left, right, &context.budget) == expected
        } catch {
            throw self.error(error)
        }
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

/// `in` a list or a map's keys.
final class Membership: Node, @unchecked Sendable {
    let element: Node
    let collection: Node

    init(_ element: Node, _ collection: Node, at offset: Int) {
        self.element = element
        self.collection = collection
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        let element = try element.value(&context)
        switch try collection.value(&context) {
        case .map(let map): return map[element] != nil
        case .list(let list):
            try context.spend(list.count / Limits.sizePerCost, at: offset)
            do {
                for other in list where try Value.equal(element, other, &context.budget) {
                    return true
                }
            } catch {
                throw self.error(error)
            }
            return false
        default: throw error(.noSuchOverload("in"))
        }
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

extension Value {
    /// What going through the value once costs: its bytes or elements, in units of cost.
    var weight: Int {
        switch self {
        case .string(let text): text.utf8.count / Limits.sizePerCost
        case .bytes(let bytes): bytes.count / Limits.sizePerCost
        case .list(let elements): elements.count / Limits.sizePerCost
        case .map(let map): map.entries.count / Limits.sizePerCost
        default: 0
        }
    }
}
