import CEL

enum FuzzedCondition {
    private nonisolated(unsafe) static let facts = {
        var environment = Environment()
        environment.declare("labels", .map(.string, .int))
        environment.declare("roles", .list(.string))
        environment.declare("text", .string)
        environment.declare("now", .timestamp)
        environment.declare("body", .dyn)
        let facts = FactTable(environment)
        func set(_ name: String, _ value: Value) {
            guard let slot = environment.slot(name) else { return }
            facts[slot] = value
        }
        if let labels = MapValue([(.string("late"), .int(2))]) { set("labels", .map(labels)) }
        set("roles", .list([.string("coach"), .string("player")]))
        set("text", .string("Tráináil at six"))
        if let now = Timestamp(parsing: "2026-07-03T21:30:00Z") { set("now", .timestamp(now)) }
        return (environment: environment, table: facts)
    }()

    /// An expression is refused within its text, or evaluated at a bounded cost.
    static func run(_ source: String) {
        switch Program.compile(source, in: facts.environment) {
        case .success(let program): _ = try? program.evaluate(facts.table, costMax: 10_000)
        case .failure(let errors):
            precondition(!errors.errors.isEmpty, "an expression was refused without a word")
            for error in errors.errors {
                precondition(error.place.line > 0 && error.place.column > 0)
            }
        }
        if case .success(let program) = Program.compileUnchecked(source, in: facts.environment) {
            _ = try? program.evaluate(facts.table, costMax: 10_000)
        }
    }
}
