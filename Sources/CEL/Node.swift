/// What an evaluation reads and spends.
struct Context {
    /// Held by the evaluation's caller until it ends.
    unowned(unsafe) let facts: any Facts
    /// What the evaluation may still cost.
    var budget: Int
    let locals: UnsafeMutablePointer<Value>

    /// Takes a cost from what is left.
    mutating func spend(_ cost: Int, at offset: Int) throws(EvaluationError) {
        budget -= cost
        if budget < 0 { throw EvaluationError(fault: .tooCostly, offset: offset) }
    }
}

/// A part of a compiled expression. A part overrides `value`, or what it gives natively and `value`.
///
/// Parts don't change once they are made; evaluations on several threads may share them.
class Node: @unchecked Sendable {
    let offset: Int

    init(at offset: Int) {
        self.offset = offset
    }

    func value(_ context: inout Context) throws(EvaluationError) -> Value {
        preconditionFailure("every part of a compiled expression gives a value")
    }

    func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        if case .bool(let value) = try value(&context) { return value }
        throw error(.invalid("the value is no condition"))
    }

    func int(_ context: inout Context) throws(EvaluationError) -> Int64 {
        if case .int(let value) = try value(&context) { return value }
        throw error(.invalid("the value is no int"))
    }

    final func error(_ fault: Fault) -> EvaluationError {
        EvaluationError(fault: fault, offset: offset)
    }
}

final class Constant: Node, @unchecked Sendable {
    let constant: Value

    init(_ constant: Value, at offset: Int) {
        self.constant = constant
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value { constant }
}

/// A name that means nothing, or a function that does nothing: an error wherever it is needed.
final class Failure: Node, @unchecked Sendable {
    let fault: Fault

    init(_ fault: Fault, at offset: Int) {
        self.fault = fault
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        throw error(fault)
    }
}

final class Fact: Node, @unchecked Sendable {
    let slot: Int
    let path: String

    init(_ slot: Int, path: String, at offset: Int) {
        self.slot = slot
        self.path = path
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        if let fact = context.facts.fact(slot) { return fact }
        throw error(.unknownFact(path))
    }
}

/// `has(a.b)` where `a.b` is a fact, or `a.?b`.
final class FactPresence: Node, @unchecked Sendable {
    let slot: Int
    /// Gives the fact as an optional, not whether it is there.
    let asOptional: Bool

    init(_ slot: Int, asOptional: Bool, at offset: Int) {
        self.slot = slot
        self.asOptional = asOptional
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        context.facts.fact(slot) != nil
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        let fact = context.facts.fact(slot)
        return asOptional ? .optional(fact) : .bool(fact != nil)
    }
}

final class Local: Node, @unchecked Sendable {
    let index: Int

    init(_ index: Int, at offset: Int) {
        self.index = index
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        context.locals[index]
    }
}

/// `cel.bind(name, value, body)`.
final class Binding: Node, @unchecked Sendable {
    let index: Int
    let bound: Node
    let body: Node

    init(_ index: Int, _ bound: Node, body: Node, at offset: Int) {
        self.index = index
        self.bound = bound
        self.body = body
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        context.locals[index] = try bound.value(&context)
        return try body.value(&context)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        context.locals[index] = try bound.value(&context)
        return try body.bool(&context)
    }
}
