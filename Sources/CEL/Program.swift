/// A compiled expression; evaluations on several threads may share it.
package final class Program: Sendable {
    /// What the expression gives, as far as it is known beforehand.
    package let type: ValueType
    /// The paths of the facts that the expression reads, in alphabetical order.
    package let facts: [String]
    private let source: String
    private let root: Node
    private let locals: Int

    private init(
        _ source: String,
        _ root: Node,
        type: ValueType,
        facts: [String],
        locals: Int
    ) {
        self.source = source
        self.root = root
        self.type = type
        self.facts = facts
        self.locals = locals
    }

    /// Parses, checks and compiles an expression.
    ///
    /// - Parameter result: the type that the expression has to give; nil for any.
    package static func compile(
        _ source: String,
        in environment: Environment,
        result: ValueType? = nil
    ) -> Result<Program, CompileErrors> {
        compile(source, in: environment, result: result, isChecked: true)
    }

    /// The same without refusing what the types forbid: such mistakes are met when they are
    /// evaluated.
    package static func compileUnchecked(
        _ source: String,
        in environment: Environment
    ) -> Result<Program, CompileErrors> {
        compile(source, in: environment, result: nil, isChecked: false)
    }

    private static func compile(
        _ source: String,
        in environment: Environment,
        result: ValueType?,
        isChecked: Bool
    ) -> Result<Program, CompileErrors> {
        func failure(_ mistakes: [Mistake]) -> Result<Program, CompileErrors> {
            let sorted = mistakes.sorted { $0.offset < $1.offset }
            return .failure(
                CompileErrors(
                    errors: sorted.map {
                        CompileError(message: $0.message, place: Place($0.offset, in: source))
                    }
                )
            )
        }
        let syntax: Syntax
        do {
            syntax = try Parser.parse(source)
        } catch {
            return failure([error])
        }
        let checked = Checker.check(syntax, environment, result: result)
        if isChecked, !checked.mistakes.isEmpty { return failure(checked.mistakes) }
        var compiler = Compiler(environment)
        let root = compiler.compile(syntax)
        if isChecked, !compiler.mistakes.isEmpty { return failure(compiler.mistakes) }
        return .success(
            Program(
                source,
                root,
                type: syntax.type,
                facts: compiler.slots.map { environment.paths[$0] }.sorted(),
                locals: checked.locals
            )
        )
    }

    /// What the expression gives for these facts.
    ///
    /// - Parameter costMax: what the evaluation may cost; a unit is about what one comparison
    ///   takes.
    package func evaluate(
        _ facts: any Facts,
        costMax: Int = defaultCostMax
    ) throws(EvaluationError) -> Value {
        try run(facts, costMax) { root, context throws(EvaluationError) in
            try root.value(&context)
        }
    }

    /// Whether the condition holds for these facts.
    package func holds(
        _ facts: any Facts,
        costMax: Int = defaultCostMax
    ) throws(EvaluationError) -> Bool {
        try run(facts, costMax) { root, context throws(EvaluationError) in
            try root.bool(&context)
        }
    }

    /// What the expression gives for these facts, and what finding that cost, for people who ask
    /// why.
    package func measure(
        _ facts: any Facts,
        costMax: Int = defaultCostMax
    ) -> (result: Result<Value, EvaluationError>, cost: Int) {
        var cost = 0
        let result = Result { () throws(EvaluationError) in
            try run(facts, costMax) { root, context throws(EvaluationError) in
                defer { cost = costMax - max(context.budget, 0) }
                return try root.value(&context)
            }
        }
        return (result, cost)
    }

    /// Where in the expression an evaluation failed.
    package func place(of error: EvaluationError) -> Place { Place(error.offset, in: source) }

    private func run<Answer>(
        _ facts: any Facts,
        _ costMax: Int,
        _ body: (Node, inout Context) throws(EvaluationError) -> Answer
    ) throws(EvaluationError) -> Answer {
        try withExtendedLifetime(facts) {
            withUnsafeTemporaryAllocation(of: Value.self, capacity: max(locals, 1)) { buffer in
                let places = UnsafeMutableBufferPointer(rebasing: buffer[..<locals])
                places.initialize(repeating: .null)
                defer { places.deinitialize() }
                guard let start = buffer.baseAddress else {
                    return Result<Answer, EvaluationError>.failure(root.error(.tooLarge))
                }
                var context = Context(facts: facts, budget: costMax, locals: start)
                do throws(EvaluationError) {
                    return .success(try body(root, &context))
                } catch {
                    return .failure(error)
                }
            }
        }.get()
    }

    /// A hundred thousand comparisons: a few milliseconds.
    package static let defaultCostMax = 100_000
}
