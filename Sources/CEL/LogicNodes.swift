/// `&&` or `||` over two or more operands: one that decides wins over errors of the others.
final class Junction: Node, @unchecked Sendable {
    /// What an operand must be to decide: false for `&&`, true for `||`.
    let deciding: Bool
    let operands: [Node]

    init(isAnd: Bool, _ operands: [Node], at offset: Int) {
        deciding = !isAnd
        self.operands = operands
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        var failure: EvaluationError?
        for operand in operands {
            do {
                if try operand.bool(&context) == deciding { return deciding }
            } catch {
                if case .tooCostly = error.fault { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return !deciding
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

final class Negation: Node, @unchecked Sendable {
    let operand: Node

    init(_ operand: Node, at offset: Int) {
        self.operand = operand
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        try !operand.bool(&context)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

final class Conditional: Node, @unchecked Sendable {
    let condition: Node
    let yes: Node
    let no: Node

    init(_ condition: Node, _ yes: Node, _ no: Node, at offset: Int) {
        self.condition = condition
        self.yes = yes
        self.no = no
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        try condition.bool(&context) ? try yes.value(&context) : try no.value(&context)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        try condition.bool(&context) ? try yes.bool(&context) : try no.bool(&context)
    }

    override func int(_ context: inout Context) throws(EvaluationError) -> Int64 {
        try condition.bool(&context) ? try yes.int(&context) : try no.int(&context)
    }
}
