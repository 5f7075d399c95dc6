import Spelling

extension Checker {
    func local(_ name: String) -> Local? { locals.last { $0.name == name } }

    mutating func name(_ name: String, _ isAbsolute: Bool, _ syntax: Syntax) -> ValueType {
        if !isAbsolute, let local = local(name) {
            syntax.resolution = .local(local.index)
            return local.type
        }
        if let type = global(name, isAbsolute: isAbsolute, syntax) { return type }
        syntax.resolution = .undeclared(name)
        guard hasRoom else { return .dyn }
        let known = Array(environment.variables.keys) + locals.map(\.name)
        var message = "unknown name '\(name)'"
        let hint = Spelling.hint(for: name, of: known)
        if hint.isEmpty, environment.functions[name] != nil {
            message += "; it is a function, and called with ()"
        }
        report(message + hint, at: syntax.offset)
        return .dyn
    }

    /// Resolves a whole name, dots included, to a variable or type; nil when it is neither.
    private func global(_ name: String, isAbsolute: Bool, _ syntax: Syntax) -> ValueType? {
        for candidate in environment.candidates(name, isAbsolute: isAbsolute) {
            if let variable = environment.variables[candidate] {
                if let slot = variable.slot {
                    syntax.resolution = .slot(slot)
                } else if case .record(let record) = variable.type {
                    syntax.resolution = .group(candidate, record)
                }
                return variable.type
            }
            if let type = ValueType.named[candidate] {
                syntax.resolution = .typeName(type)
                return .type(type)
            }
        }
        return nil
    }

    /// A chain of plain selections as one name, such as `a.b.c`; nil when it has other parts or
    /// begins with a local.
    func qualifiedName(_ syntax: Syntax) -> (name: String, isAbsolute: Bool)? {
        switch syntax.kind {
        case .name(let name, let isAbsolute):
            return isAbsolute || local(name) == nil ? (name, isAbsolute) : nil
        case .select(let operand, let field, isOptional: false):
            return qualifiedName(operand).map { ("\($0.name).\(field)", $0.isAbsolute) }
        default: return nil
        }
    }

    mutating func selection(
        _ syntax: Syntax,
        _ operand: Syntax,
        _ field: String,
        isOptional: Bool
    ) -> ValueType {
        if !isOptional, let name = qualifiedName(syntax),
            let type = global(name.name, isAbsolute: name.isAbsolute, syntax)
        {
            return type
        }
        let type = check(operand)
        if case .group(let path, let record) = operand.resolution {
            return groupField(syntax, path, record, field, isOptional: isOptional)
        }
        return fieldType(syntax, of: known(type), field, isOptional: isOptional)
    }

    mutating func presence(
        _ syntax: Syntax,
        _ operand: Syntax,
        _ field: String,
        isOptional: Bool
    ) -> ValueType {
        let type = check(operand)
        if case .group(let path, let record) = operand.resolution {
            _ = groupField(syntax, path, record, field, isOptional: isOptional)
            if case .group(let path, _) = syntax.resolution {
                report("'\(path)' is a group of facts, which is always there", at: syntax.offset)
                syntax.resolution = nil
            }
        } else {
            _ = fieldType(syntax, of: known(type), field, isOptional: isOptional)
        }
        return .bool
    }

    /// The field of a variable that is a record: another group, or a fact with a slot.
    private mutating func groupField(
        _ syntax: Syntax,
        _ path: String,
        _ record: RecordType,
        _ field: String,
        isOptional: Bool
    ) -> ValueType {
        guard let declared = record.fields.first(where: { $0.name == field }) else {
            reportMissing(field, in: record, named: path, at: syntax.offset)
            syntax.resolution = .undeclared("\(path).\(field)")
            return .dyn
        }
        if case .record(let inner) = declared.type {
            syntax.resolution = .group("\(path).\(field)", inner)
            return declared.type
        }
        if let slot = environment.slot("\(path).\(field)") { syntax.resolution = .slot(slot) }
        return isOptional ? .optional(declared.type) : declared.type
    }

    /// The type of a field of a value that an expression has at hand.
    private mutating func fieldType(
        _ syntax: Syntax,
        of type: ValueType,
        _ field: String,
        isOptional: Bool
    ) -> ValueType {
        func result(_ type: ValueType) -> ValueType { isOptional ? .optional(type) : type }
        switch type {
        case .dyn, .parameter: return result(.dyn)
        case .map(_, let value): return result(value)
        case .optional(let held):
            let inner = fieldType(syntax, of: known(held), field, isOptional: false)
            syntax.resolution = nil
            if case .optional = inner { return inner }
            return .optional(inner)
        case .record(let record):
            guard let index = record.fields.firstIndex(where: { $0.name == field }) else {
                reportMissing(field, in: record, named: record.name, at: syntax.offset)
                return .dyn
            }
            syntax.resolution = .recordField(index)
            return result(record.fields[index].type)
        default:
            report("\(type) has no field '\(field)'", at: syntax.offset)
            return .dyn
        }
    }

    private mutating func reportMissing(
        _ field: String,
        in record: RecordType,
        named name: String,
        at offset: Int
    ) {
        let known = record.fields.map(\.name)
        var hint = Spelling.hint(for: field, of: known)
        if hint.isEmpty { hint = "; it has \(known.joined(separator: ", "))" }
        report("'\(name)' has no field '\(field)'\(hint)", at: offset)
    }

    mutating func index(
        _ operand: Syntax,
        _ index: Syntax,
        isOptional: Bool,
        at offset: Int
    ) -> ValueType {
        let type = known(value(operand))
        let key = value(index)
        return element(of: type, key, isOptional: isOptional, at: offset)
    }

    private mutating func element(
        of type: ValueType,
        _ key: ValueType,
        isOptional: Bool,
        at offset: Int
    ) -> ValueType {
        func result(_ type: ValueType) -> ValueType { isOptional ? .optional(type) : type }
        let wanted: ValueType
        let found: ValueType
        switch type {
        case .dyn, .parameter: return result(.dyn)
        case .optional(let held):
            let inner = element(of: known(held), key, isOptional: false, at: offset)
            if case .optional = inner { return inner }
            return .optional(inner)
        case .list(let element): (wanted, found) = (.int, element)
        case .map(let key, let value): (wanted, found) = (key, value)
        default:
            report("\(type) has no elements", at: offset)
            return .dyn
        }
        if !substitution.assign([key], to: [wanted]) {
            report("\(type) is indexed by \(known(wanted)), not by \(known(key))", at: offset)
        }
        return result(found)
    }
}
