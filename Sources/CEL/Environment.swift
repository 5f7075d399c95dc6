/// What an expression may name: variables with their types, and functions.
package struct Environment: Sendable {
    struct Variable {
        let type: ValueType
        /// Nil for a record, whose fields have slots of their own.
        let slot: Int?
    }

    /// The namespace that names are looked up in before they are looked up as they stand.
    let container: String
    private(set) var variables: [String: Variable] = [:]
    private(set) var functions = FunctionLibrary.standard
    /// The paths of all facts, by slot.
    private(set) var paths: [String] = []
    private var slots: [String: Int] = [:]

    package init(container: String = "") {
        self.container = container
    }

    /// Declares a variable; every field of a record, at any depth, becomes a fact of its own.
    package mutating func declare(_ name: String, _ type: ValueType) {
        precondition(variables[name] == nil, "a variable is declared once")
        if case .record(let record) = type {
            variables[name] = Variable(type: type, slot: nil)
            declareFields(of: record, path: name)
        } else {
            variables[name] = Variable(type: type, slot: addSlot(name))
        }
    }

    /// Declares overloads of a function that the language doesn't have.
    package mutating func declare(function name: String, _ overloads: [Overload]) {
        precondition(FunctionLibrary.standard[name] == nil, "the language has this function")
        functions[name, default: []] += overloads
    }

    /// The slot of a fact by its path, such as `channel.roster.minors`, or nil when it is none.
    package func slot(_ path: String) -> Int? { slots[path] }

    /// How many facts there are; slots are below it.
    package var slotCount: Int { paths.count }

    private mutating func declareFields(of record: RecordType, path: String) {
        for field in record.fields {
            let path = "\(path).\(field.name)"
            if case .record(let inner) = field.type {
                declareFields(of: inner, path: path)
            } else {
                _ = addSlot(path)
            }
        }
    }

    private mutating func addSlot(_ path: String) -> Int {
        precondition(slots[path] == nil, "two facts have one path")
        slots[path] = paths.count
        paths.append(path)
        return paths.count - 1
    }

    /// The names that a name may stand for, the innermost namespace first.
    func candidates(_ name: String, isAbsolute: Bool) -> [String] {
        guard !isAbsolute, !container.isEmpty else { return [name] }
        var parts = container.split(separator: ".")
        var result: [String] = []
        while !parts.isEmpty {
            result.append("\(parts.joined(separator: ".")).\(name)")
            parts.removeLast()
        }
        return result + [name]
    }
}
