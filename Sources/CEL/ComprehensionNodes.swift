/// What the macros over lists and maps have in common.
class Comprehension: Node, @unchecked Sendable {
    let range: Node
    /// The places of the macro's names among the locals: one, or two.
    let locals: [Int]
    /// What one turn costs.
    let turnCost: Int

    init(_ range: Node, locals: [Int], turnCost: Int, at offset: Int) {
        self.range = range
        self.locals = locals
        self.turnCost = turnCost
        super.init(at: offset)
    }

    /// Calls `turn` with the macro's names set for each element, until it returns false.
    final func forEach(
        _ context: inout Context,
        _ turn: (inout Context) throws(EvaluationError) -> Bool
    ) throws(EvaluationError) {
        let first = locals[0]
        let second = locals.count > 1 ? locals[1] : nil
        switch try range.value(&context) {
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                try context.spend(turnCost, at: offset)
                if let second {
                    context.locals[first] = .int(Int64(index))
                    context.locals[second] = element
                } else {
                    context.locals[first] = element
                }
                guard try turn(&context) else { return }
            }
        case .map(let map):
            for entry in map.entries {
                try context.spend(turnCost, at: offset)
                context.locals[first] = entry.key
                if let second { context.locals[second] = entry.value }
                guard try turn(&context) else { return }
            }
        default: throw error(.invalid("the value has no elements to go through"))
        }
    }
}

/// `all` and `exists`: an element that decides wins over errors of the others.
final class Quantifier: Comprehension, @unchecked Sendable {
    /// What an element must be to decide: false for `all`, true for `exists`.
    let deciding: Bool
    let body: Node

    init(_ frame: Comprehension, isAll: Bool, body: Node) {
        deciding = !isAll
        self.body = body
        super.init(frame.range, locals: frame.locals, turnCost: frame.turnCost, at: frame.offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        var failure: EvaluationError?
        var isDecided = false
        try forEach(&context) { context throws(EvaluationError) in
            do throws(EvaluationError) {
                isDecided = try body.bool(&context) == deciding
            } catch {
                if case .tooCostly = error.fault { throw error }
                failure = failure ?? error
            }
            return !isDecided
        }
        if isDecided { return deciding }
        if let failure { throw failure }
        return !deciding
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

/// The macros that need every element: `exists_one`, `filter`, `map` and the transformations.
final class Collection: Comprehension, @unchecked Sendable {
    let macro: Syntax.Comprehension.Macro
    let filter: Node?
    let body: Node

    init(
        _ frame: Comprehension,
        _ macro: Syntax.Comprehension.Macro,
        filter: Node?,
        body: Node
    ) {
        self.macro = macro
        self.filter = filter
        self.body = body
        super.init(frame.range, locals: frame.locals, turnCost: frame.turnCost, at: frame.offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        switch macro {
        case .all, .exists: preconditionFailure("quantifiers are compiled apart")
        case .existsOne:
            var count = 0
            try forEach(&context) { context throws(EvaluationError) in
                if try body.bool(&context) { count += 1 }
                return true
            }
            return .bool(count == 1)
        case .filter, .map, .transformList: return .list(try list(&context))
        case .transformMap, .transformMapEntry:
            guard let map = MapValue(try entries(&context)) else {
                throw error(.invalid(MapValue.badKeys))
            }
            return .map(map)
        }
    }

    private func list(_ context: inout Context) throws(EvaluationError) -> [Value] {
        var result: [Value] = []
        try forEach(&context) { context throws(EvaluationError) in
            if case .filter = macro {
                if try body.bool(&context) { result.append(context.locals[locals[0]]) }
            } else if try filter?.bool(&context) ?? true {
                result.append(try body.value(&context))
            }
            return true
        }
        return result
    }

    private func entries(
        _ context: inout Context
    ) throws(EvaluationError) -> [(key: Value, value: Value)] {
        var result: [(key: Value, value: Value)] = []
        try forEach(&context) { context throws(EvaluationError) in
            guard try filter?.bool(&context) ?? true else { return true }
            let key = context.locals[locals[0]]
            let value = try body.value(&context)
            if case .transformMap = macro {
                result.append((key, value))
            } else if case .map(let map) = value {
                try context.spend(map.entries.count, at: offset)
                result.append(contentsOf: map.entries)
            } else {
                throw error(.invalid("the macro's last part is no map"))
            }
            return true
        }
        return result
    }
}

/// `optMap` and `optFlatMap`.
final class OptionalMap: Node, @unchecked Sendable {
    let target: Node
    let local: Int
    let body: Node
    let isFlat: Bool

    init(_ target: Node, local: Int, body: Node, isFlat: Bool, at offset: Int) {
        self.target = target
        self.local = local
        self.body = body
        self.isFlat = isFlat
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        guard case .optional(let held) = try target.value(&context) else {
            throw error(.noSuchOverload("optMap"))
        }
        guard let held else { return .optional(nil) }
        context.locals[local] = held
        let result = try body.value(&context)
        guard isFlat else { return .optional(result) }
        guard result.isOptional else { throw error(.noSuchOverload("optFlatMap")) }
        return result
    }
}
