/// Turns a checked expression into nodes, and works out beforehand what facts can't change.
struct Compiler {
    let environment: Environment
    private(set) var mistakes: [Mistake] = []
    /// The slots of the facts that the expression reads.
    private(set) var slots: Set<Int> = []

    init(_ environment: Environment) {
        self.environment = environment
    }

    mutating func compile(_ syntax: Syntax) -> Node {
        let offset = syntax.offset
        switch syntax.kind {
        case .literal(let value): return Constant(value, at: offset)
        case .name(let name, _): return resolved(syntax) ?? Failure(.undeclared(name), at: offset)
        case .select(let operand, let field, let isOptional):
            return selection(syntax, operand, field, isOptional: isOptional)
        case .has(let operand, let field, let isOptional):
            if case .slot(let slot) = syntax.resolution {
                slots.insert(slot)
                return FactPresence(slot, asOptional: false, at: offset)
            }
            let operand = compile(operand)
            let field = Field(operand, field, isOptional: isOptional, at: offset)
            return folded(FieldPresence(field), [operand])
        case .index(let operand, let index, let isOptional):
            let (operand, index) = (compile(operand), compile(index))
            let node = Index(operand, index, isOptional: isOptional, at: offset)
            return folded(node, [operand, index])
        case .call: return call(syntax)
        case .logic(let isAnd, let operands):
            return Junction(isAnd: isAnd, operands.map { compile($0) }, at: offset)
        case .conditional(let condition, let yes, let no):
            return Conditional(compile(condition), compile(yes), compile(no), at: offset)
        case .list(let elements):
            let nodes = elements.map { (compile($0.value), $0.isOptional) }
            return folded(ListLiteral(nodes, at: offset), nodes.map(\.0))
        case .map(let entries):
            let nodes = entries.map {
                MapLiteral.Entry(
                    key: compile($0.key),
                    value: compile($0.value),
                    isOptional: $0.isOptional
                )
            }
            return folded(MapLiteral(nodes, at: offset), nodes.flatMap { [$0.key, $0.value] })
        case .comprehension(let comprehension): return self.comprehension(comprehension, syntax)
        case .bind(let variable, let value, let body):
            return Binding(variable.local, compile(value), body: compile(body), at: offset)
        case .optionalMap(let target, let variable, let body, let isFlat):
            let (target, body) = (compile(target), compile(body))
            return OptionalMap(
                target,
                local: variable.local,
                body: body,
                isFlat: isFlat,
                at: offset
            )
        }
    }

    /// The node of a name that stands for a value by itself; nil when it doesn't.
    private mutating func resolved(_ syntax: Syntax) -> Node? {
        switch syntax.resolution {
        case .local(let index): return Local(index, at: syntax.offset)
        case .slot(let slot):
            slots.insert(slot)
            return Fact(slot, path: environment.paths[slot], at: syntax.offset)
        case .typeName(let type): return Constant(.type(type.name), at: syntax.offset)
        case .undeclared(let name): return Failure(.undeclared(name), at: syntax.offset)
        case .group(let path, _): return Failure(.undeclared(path), at: syntax.offset)
        case .function, .recordField, nil: return nil
        }
    }

    private mutating func selection(
        _ syntax: Syntax,
        _ operand: Syntax,
        _ field: String,
        isOptional: Bool
    ) -> Node {
        if isOptional, case .slot(let slot) = syntax.resolution {
            slots.insert(slot)
            return FactPresence(slot, asOptional: true, at: syntax.offset)
        }
        if let node = resolved(syntax) { return node }
        let operand = compile(operand)
        if case .recordField(let index) = syntax.resolution, !isOptional {
            return RecordField(operand, index, path: field, at: syntax.offset)
        }
        return folded(
            Field(operand, field, isOptional: isOptional, at: syntax.offset),
            [operand]
        )
    }

    private mutating func comprehension(
        _ comprehension: Syntax.Comprehension,
        _ syntax: Syntax
    ) -> Node {
        let frame = Comprehension(
            compile(comprehension.range),
            locals: comprehension.variables.map(\.local),
            turnCost: 1 + comprehension.body.size + (comprehension.filter?.size ?? 0),
            at: syntax.offset
        )
        let body = compile(comprehension.body)
        if let membership = membership(comprehension, frame, body) { return membership }
        switch comprehension.macro {
        case .all: return Quantifier(frame, isAll: true, body: body)
        case .exists: return Quantifier(frame, isAll: false, body: body)
        default:
            let filter = comprehension.filter.map { compile($0) }
            return Collection(frame, comprehension.macro, filter: filter, body: body)
        }
    }

    /// `list.exists(x, x == constant)` as `constant in list`, which is half as much work.
    private func membership(
        _ comprehension: Syntax.Comprehension,
        _ frame: Comprehension,
        _ body: Node
    ) -> Node? {
        guard case .exists = comprehension.macro, frame.locals.count == 1,
            case .list = comprehension.range.type, let equality = body as? Equality,
            equality.expected
        else { return nil }
        for (local, constant) in [
            (equality.left, equality.right), (equality.right, equality.left),
        ] where (local as? Local)?.index == frame.locals[0] && constant is Constant {
            return Membership(constant, frame.range, at: frame.offset)
        }
        return nil
    }

    mutating func report(_ message: String, at offset: Int) {
        mistakes.append(Mistake(message, at: offset))
    }

    /// The node, or its value when its parts are constants and it has one.
    func folded(_ node: Node, _ parts: [Node]) -> Node {
        guard parts.allSatisfy({ $0 is Constant }) else { return node }
        guard case .success(let value) = Self.constant(node) else { return node }
        return Constant(value, at: node.offset)
    }

    /// Evaluates a node that reads no facts and no locals.
    static func constant(_ node: Node) -> Result<Value, EvaluationError> {
        withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { buffer in
            buffer.initialize(repeating: .null)
            defer { buffer.deinitialize() }
            guard let locals = buffer.baseAddress else {
                return .failure(node.error(.tooLarge))
            }
            var context = Context(facts: noFacts, budget: foldingCostMax, locals: locals)
            do throws(EvaluationError) {
                return .success(try node.value(&context))
            } catch {
                return .failure(error)
            }
        }
    }

    private static var noFacts: FactTable { FactTable(Environment()) }
    /// Constants larger than this are made when they are needed.
    private static let foldingCostMax = 1_000
}
