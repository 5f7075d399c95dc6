extension Checker {
    mutating func comprehension(
        _ comprehension: Syntax.Comprehension,
        _ syntax: Syntax
    ) -> ValueType {
        let range = known(value(comprehension.range))
        let isBounded = if case .list = comprehension.range.kind { true } else { false }
        if !isBounded {
            openComprehensions += 1
            if openComprehensions == Limits.comprehensionsMax + 1 {
                report(
                    "more than \(Limits.comprehensionsMax) comprehensions within each other "
                        + "would cost too much",
                    at: syntax.offset
                )
            }
        }
        let isPair = comprehension.variables.count == 2
        let types: [ValueType]
        switch range {
        case .dyn, .parameter: types = isPair ? [.dyn, .dyn] : [.dyn]
        case .list(let element): types = isPair ? [.int, element] : [element]
        case .map(let key, let value): types = isPair ? [key, value] : [key]
        default:
            report("\(range) has no elements to go through", at: comprehension.range.offset)
            types = isPair ? [.dyn, .dyn] : [.dyn]
        }
        for (variable, type) in zip(comprehension.variables, types) { push(variable, type) }
        if let filter = comprehension.filter { condition(filter, comprehension.macro) }
        let result = body(comprehension, range, types)
        locals.removeLast(comprehension.variables.count)
        if !isBounded { openComprehensions -= 1 }
        return result
    }

    private mutating func body(
        _ comprehension: Syntax.Comprehension,
        _ range: ValueType,
        _ types: [ValueType]
    ) -> ValueType {
        switch comprehension.macro {
        case .all, .exists, .existsOne:
            condition(comprehension.body, comprehension.macro)
            return .bool
        case .filter:
            condition(comprehension.body, comprehension.macro)
            return .list(types[0])
        case .map, .transformList: return .list(value(comprehension.body))
        case .transformMap:
            let key: ValueType = if case .list = range { .int } else { types[0] }
            return .map(key, value(comprehension.body))
        case .transformMapEntry:
            let type = value(comprehension.body)
            let entry = ValueType.map(substitution.parameter(), substitution.parameter())
            if !substitution.assign([type], to: [entry]) {
                report(
                    "the macro's last part is a map, not \(known(type))",
                    at: comprehension.body.offset
                )
            }
            return entry
        }
    }

    private mutating func condition(_ syntax: Syntax, _ macro: Syntax.Comprehension.Macro) {
        let type = value(syntax)
        if !substitution.assign([type], to: [.bool]) {
            report(
                "'\(macro.rawValue)' needs a condition, and this is \(known(type))",
                at: syntax.offset
            )
        }
    }

    mutating func bind(
        _ variable: Syntax.Variable,
        _ type: ValueType,
        _ body: Syntax
    ) -> ValueType {
        push(variable, type)
        defer { locals.removeLast() }
        return value(body)
    }

    mutating func optionalMap(
        _ target: Syntax,
        _ variable: Syntax.Variable,
        _ body: Syntax,
        isFlat: Bool
    ) -> ValueType {
        let type = value(target)
        let held = substitution.parameter()
        if !substitution.assign([type], to: [.optional(held)]) {
            report("'optMap' is called on an optional, not on \(known(type))", at: target.offset)
        }
        let result = bind(variable, held, body)
        guard isFlat else { return .optional(result) }
        if !substitution.assign([result], to: [.optional(substitution.parameter())]) {
            report("'optFlatMap' needs an optional, and this is \(known(result))", at: body.offset)
        }
        return result
    }

    private mutating func push(_ variable: Syntax.Variable, _ type: ValueType) {
        variable.local = locals.count
        locals.append(Local(name: variable.name, type: type, index: locals.count))
        localsMax = max(localsMax, locals.count)
    }
}
