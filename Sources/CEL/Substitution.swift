/// The types that stand for type parameters while an expression is checked.
struct Substitution {
    private var types: [String: ValueType] = [:]
    private var fresh = 0
    /// What parameters stood for before the assignment that is tried.
    private var replaced: [(name: String, before: ValueType?)] = []

    /// A parameter that nothing else uses.
    mutating func parameter() -> ValueType {
        fresh += 1
        return .parameter("%\(fresh)")
    }

    /// An overload with its own parameters in place of those it was declared with.
    mutating func instance(_ overload: Overload) -> (parameters: [ValueType], result: ValueType) {
        var own: [String: ValueType] = [:]
        func rename(_ type: ValueType, _ substitution: inout Substitution) -> ValueType {
            switch type {
            case .parameter(let name):
                if let known = own[name] { return known }
                let parameter = substitution.parameter()
                own[name] = parameter
                return parameter
            case .list(let element): return .list(rename(element, &substitution))
            case .optional(let element): return .optional(rename(element, &substitution))
            case .type(let element): return .type(rename(element, &substitution))
            case .map(let key, let value):
                return .map(rename(key, &substitution), rename(value, &substitution))
            case .opaque(let name, let parameters):
                return .opaque(name, parameters.map { rename($0, &substitution) })
            default: return type
            }
        }
        let parameters = overload.parameters.map { rename($0, &self) }
        return (parameters, rename(overload.result, &self))
    }

    /// The type with all that is known of its parameters; what isn't stays, or becomes `dyn`.
    func resolve(_ type: ValueType, unknownToDyn: Bool = false) -> ValueType {
        if case .parameter(let name) = type {
            if let known = types[name] { return resolve(known, unknownToDyn: unknownToDyn) }
            return unknownToDyn ? .dyn : type
        }
        return type.mapParameters { resolve($0, unknownToDyn: unknownToDyn) }
    }

    /// Whether each type may be used as its pair; if so, what that tells of parameters is kept.
    mutating func assign(_ types: [ValueType], to parameters: [ValueType]) -> Bool {
        guard types.count == parameters.count else { return false }
        replaced.removeAll(keepingCapacity: true)
        for (type, parameter) in zip(types, parameters) where !unify(type, parameter) {
            for (name, before) in replaced.reversed() { self.types[name] = before }
            return false
        }
        return true
    }

    /// The type of elements of both types.
    mutating func join(_ left: ValueType, _ right: ValueType) -> ValueType {
        assign([left], to: [right]) ? Self.moreGeneral(left, right) : .dyn
    }

    private mutating func unify(_ type: ValueType, _ other: ValueType) -> Bool {
        if case .parameter(let name) = other {
            let (agrees, wasBound) = bind(name, to: type)
            if agrees { return true }
            if wasBound { return false }
        }
        if case .parameter(let name) = type { return bind(name, to: other).agrees }
        switch (type, other) {
        case (.dyn, _), (_, .dyn): return true
        case (.null, .opaque), (.opaque, .null), (.null, .optional), (.optional, .null): return true
        case (.type, .type): return true
        case (.opaque(let name, let own), .opaque(let otherName, let others)):
            return name == otherName && own.count == others.count
                && unifyAll(own, others)
        case (.list, .list), (.map, .map), (.optional, .optional):
            return unifyAll(type.parameters, other.parameters)
        default: return type == other
        }
    }

    private mutating func unifyAll(_ types: [ValueType], _ others: [ValueType]) -> Bool {
        for (type, other) in zip(types, others) where !unify(type, other) { return false }
        return true
    }

    private mutating func bind(
        _ name: String,
        to type: ValueType
    ) -> (agrees: Bool, wasBound: Bool) {
        if type == .parameter(name) { return (true, true) }
        if let known = types[name] {
            if known == type { return (true, true) }
            guard unify(type, known) else { return (false, true) }
            let general = Self.moreGeneral(type, known)
            if general != known, isSmall(general), !contains(name, in: general) {
                set(name, to: general)
            }
            return (true, true)
        }
        guard isSmall(type), !contains(name, in: type) else { return (false, false) }
        set(name, to: type)
        return (true, false)
    }

    private mutating func set(_ name: String, to type: ValueType) {
        replaced.append((name, types[name]))
        types[name] = type
    }

    /// Whether the type, with all that is known of its parameters, has few enough parts; each
    /// parameter could double those of another.
    private func isSmall(_ type: ValueType) -> Bool {
        var left = Limits.typeSizeMax
        func count(_ type: ValueType) {
            left -= 1
            guard left > 0 else { return }
            if case .parameter(let name) = type {
                if let known = types[name] { count(known) }
            } else {
                for parameter in type.parameters { count(parameter) }
            }
        }
        count(type)
        return left > 0
    }

    private func contains(_ name: String, in type: ValueType) -> Bool {
        if case .parameter(let other) = type {
            return other == name || types[other].map { contains(name, in: $0) } ?? false
        }
        return type.parameters.contains { contains(name, in: $0) }
    }

    private static func moreGeneral(_ left: ValueType, _ right: ValueType) -> ValueType {
        isAtLeastAsGeneral(left, right) ? left : right
    }

    private static func isAtLeastAsGeneral(_ left: ValueType, _ right: ValueType) -> Bool {
        switch (left, right) {
        case (.dyn, _), (.parameter, _): true
        case (_, .dyn), (_, .parameter): false
        case (.type, .type): true
        case (.list, .list), (.map, .map), (.optional, .optional):
            zip(left.parameters, right.parameters).allSatisfy(isAtLeastAsGeneral)
        case (.opaque(let name, let own), .opaque(let otherName, let others)):
            name == otherName && own.count == others.count
                && zip(own, others).allSatisfy(isAtLeastAsGeneral)
        default: left == right
        }
    }
}
