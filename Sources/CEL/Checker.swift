/// Resolves the names of an expression and deduces its types.
struct Checker {
    struct Local {
        let name: String
        let type: ValueType
        let index: Int
    }

    let environment: Environment
    var substitution = Substitution()
    var locals: [Local] = []
    var localsMax = 0
    /// Comprehensions around the place that is checked, over lists of unknown length.
    var openComprehensions = 0
    private(set) var mistakes: [Mistake] = []
    private var visited: [Syntax] = []

    /// Checks a whole expression: every node gets its type and what its name stands for.
    ///
    /// - Returns: how many locals its macros need at once.
    static func check(
        _ syntax: Syntax,
        _ environment: Environment,
        result: ValueType?
    ) -> (locals: Int, mistakes: [Mistake]) {
        var checker = Checker(environment: environment)
        let type = checker.value(syntax)
        if let result, checker.mistakes.isEmpty,
            !checker.substitution.assign([type], to: [result])
        {
            let found = checker.substitution.resolve(type, unknownToDyn: true)
            checker.report("the expression gives \(found), not \(result)", at: syntax.offset)
        }
        for syntax in checker.visited {
            syntax.type = checker.substitution.resolve(syntax.type, unknownToDyn: true)
        }
        return (checker.localsMax, checker.mistakes)
    }

    private init(environment: Environment) {
        self.environment = environment
    }

    /// Whether another mistake would be told.
    var hasRoom: Bool { mistakes.count < Limits.mistakesMax }

    mutating func report(_ message: String, at offset: Int) {
        if hasRoom { mistakes.append(Mistake(message, at: offset)) }
    }

    /// The type with what is known of it by now.
    func known(_ type: ValueType) -> ValueType { substitution.resolve(type) }

    /// Checks a node whose value is needed; a record of facts has none of its own.
    mutating func value(_ syntax: Syntax) -> ValueType {
        let type = check(syntax)
        if case .group(let path, let record) = syntax.resolution {
            let fields = record.fields.map(\.name).joined(separator: ", ")
            report(
                "'\(path)' is a group of facts; name one of its fields: \(fields)",
                at: syntax.offset
            )
            return .dyn
        }
        return type
    }

    mutating func check(_ syntax: Syntax) -> ValueType {
        let type = deduce(syntax)
        syntax.type = type
        visited.append(syntax)
        return type
    }

    private mutating func deduce(_ syntax: Syntax) -> ValueType {
        switch syntax.kind {
        case .literal(let value): Self.type(of: value)
        case .name(let name, let isAbsolute): self.name(name, isAbsolute, syntax)
        case .select(let operand, let field, let isOptional):
            selection(syntax, operand, field, isOptional: isOptional)
        case .has(let operand, let field, let isOptional):
            presence(syntax, operand, field, isOptional: isOptional)
        case .index(let operand, let index, let isOptional):
            self.index(operand, index, isOptional: isOptional, at: syntax.offset)
        case .call(let name, let target, let arguments):
            call(syntax, name, target, arguments)
        case .logic(let isAnd, let operands): logic(isAnd: isAnd, operands)
        case .conditional(let condition, let yes, let no): conditional(condition, yes, no)
        case .list(let elements): list(elements)
        case .map(let entries): map(entries)
        case .comprehension(let comprehension): self.comprehension(comprehension, syntax)
        case .bind(let variable, let value, let body): bind(variable, self.value(value), body)
        case .optionalMap(let target, let variable, let body, let isFlat):
            optionalMap(target, variable, body, isFlat: isFlat)
        }
    }

    private static func type(of literal: Value) -> ValueType {
        switch literal {
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .null: .null
        default: .dyn
        }
    }

    private mutating func logic(isAnd: Bool, _ operands: [Syntax]) -> ValueType {
        for operand in operands {
            let type = value(operand)
            if !substitution.assign([type], to: [.bool]) {
                let sign = isAnd ? "&&" : "||"
                report("'\(sign)' joins conditions, and this is \(known(type))", at: operand.offset)
            }
        }
        return .bool
    }

    private mutating func conditional(
        _ condition: Syntax,
        _ yes: Syntax,
        _ no: Syntax
    ) -> ValueType {
        let type = value(condition)
        if !substitution.assign([type], to: [.bool]) {
            report(
                "what stands before '?' is a condition, not \(known(type))",
                at: condition.offset
            )
        }
        let branch = substitution.parameter()
        let types = [value(yes), value(no)]
        guard substitution.assign(types, to: [branch, branch]) else {
            report(
                "the conditional gives either \(known(types[0])) or \(known(types[1]))",
                at: no.offset
            )
            return .dyn
        }
        return branch
    }

    private mutating func list(_ elements: [Syntax.Element]) -> ValueType {
        var joined: ValueType?
        for element in elements {
            let type = unwrapped(element.value, isOptional: element.isOptional)
            joined = joined.map { substitution.join($0, type) } ?? type
        }
        return .list(joined ?? substitution.parameter())
    }

    private mutating func map(_ entries: [Syntax.Entry]) -> ValueType {
        var keys: ValueType?
        var values: ValueType?
        for entry in entries {
            let key = key(entry.key)
            keys = keys.map { substitution.join($0, key) } ?? key
            let value = unwrapped(entry.value, isOptional: entry.isOptional)
            values = values.map { substitution.join($0, value) } ?? value
        }
        return .map(keys ?? substitution.parameter(), values ?? substitution.parameter())
    }

    private mutating func key(_ syntax: Syntax) -> ValueType {
        let type = known(value(syntax))
        switch type {
        case .bool, .int, .uint, .string, .dyn: return type
        case .parameter: return .dyn
        default:
            report(
                "a map's key is a bool, an int, a uint or a string, not \(type)",
                at: syntax.offset
            )
            return .dyn
        }
    }

    /// The type of an element, which behind a `?` is that of what its optional holds.
    private mutating func unwrapped(_ syntax: Syntax, isOptional: Bool) -> ValueType {
        let type = value(syntax)
        guard isOptional else { return type }
        let held = substitution.parameter()
        if !substitution.assign([type], to: [.optional(held)]) {
            report("behind '?' stands an optional, not \(known(type))", at: syntax.offset)
            return .dyn
        }
        return held
    }
}
