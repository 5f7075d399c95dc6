import Spelling

extension Checker {
    mutating func call(
        _ syntax: Syntax,
        _ name: String,
        _ target: Syntax?,
        _ arguments: [Syntax]
    ) -> ValueType {
        if let target, let path = qualifiedName(target) {
            let qualified = "\(path.name).\(name)"
            let candidates = environment.candidates(qualified, isAbsolute: path.isAbsolute)
            if let function = candidates.first(where: { environment.functions[$0] != nil }) {
                return apply(function, syntax, arguments, isMember: false)
            }
        }
        if let target { return apply(name, syntax, [target] + arguments, isMember: true) }
        let candidates = environment.candidates(name, isAbsolute: false)
        let function = candidates.first { environment.functions[$0] != nil }
        return apply(function ?? name, syntax, arguments, isMember: false)
    }

    private mutating func apply(
        _ name: String,
        _ syntax: Syntax,
        _ arguments: [Syntax],
        isMember: Bool
    ) -> ValueType {
        let before = mistakeCount
        let types = arguments.map { value($0) }
        guard let declared = environment.functions[name] else {
            syntax.resolution = .function(name, [], arguments: arguments)
            guard hasRoom else { return .dyn }
            let hint = Spelling.hint(for: name, of: environment.functions.keys)
            report(
                "unknown function '\(name)'\(hint.isEmpty ? shapeHint(name) : hint)",
                at: syntax.offset
            )
            return .dyn
        }
        let overloads = declared.filter {
            $0.isMember == isMember && ($0.isVariadic || $0.parameters.count == types.count)
        }
        syntax.resolution = .function(name, overloads, arguments: arguments)
        if overloads.contains(where: \.isVariadic) {
            return extremum(name, types.map(known), at: syntax.offset)
        }
        var result: ValueType?
        for overload in overloads {
            let own = substitution.instance(overload)
            guard substitution.assign(types, to: own.parameters) else { continue }
            let type = known(own.result)
            result = result == nil || result == type ? type : .dyn
        }
        if let result { return result }
        if mistakeCount == before {
            report(misfit(name, declared, types.map(known), isMember: isMember), at: syntax.offset)
        }
        return .dyn
    }

    private var mistakeCount: Int { mistakes.count }

    /// What a macro's name takes, when it was written with other arguments.
    private func shapeHint(_ name: String) -> String {
        let macros = Syntax.Comprehension.Macro.allCases.map(\.rawValue) + ["exists_one"]
        return macros.contains(name)
            ? "; as a macro it takes a name and an expression, such as list.\(name)(x, x > 0)" : ""
    }

    /// Why no overload takes these types, and which types are taken.
    private func misfit(
        _ name: String,
        _ declared: [Overload],
        _ types: [ValueType],
        isMember: Bool
    ) -> String {
        let found = types.map { substitution.resolve($0, unknownToDyn: true).description }
        if FunctionLibrary.operators[name] != nil {
            let sign = name == "-_" ? "-" : name
            return "'\(sign)' does not take \(found.joined(separator: " and "))"
        }
        let signatures = declared.prefix(4).map { $0.signature(name) }.joined(separator: ", ")
        let call =
            isMember
            ? "\(found[0]).\(name)(\(found.dropFirst().joined(separator: ", ")))"
            : "\(name)(\(found.joined(separator: ", ")))"
        return "there is no \(call); there is \(signatures)"
    }

    /// `math.greatest` and `math.least`: numbers of any types, or one list of them.
    private mutating func extremum(
        _ name: String,
        _ types: [ValueType],
        at offset: Int
    ) -> ValueType {
        var elements = types
        if types.count == 1, case .list(let element) = types[0] { elements = [known(element)] }
        let areNumbers = elements.allSatisfy { type in
            if case .parameter = type { return true }
            return type.isNumber || type == .dyn
        }
        guard areNumbers, let first = elements.first else {
            report("'\(name)' takes numbers, or a list of them", at: offset)
            return .dyn
        }
        return elements.allSatisfy { $0 == first } ? first : .dyn
    }
}
