/// A node of a parsed expression; the checker writes what it finds into it.
final class Syntax {
    enum Kind {
        case literal(Value)
        /// Absolute when a dot stands before it.
        case name(String, isAbsolute: Bool)
        /// `a.b`, or `a.?b`.
        case select(Syntax, field: String, isOptional: Bool)
        /// `has(a.b)`.
        case has(Syntax, field: String, isOptional: Bool)
        /// `a[b]`, or `a[?b]`.
        case index(Syntax, Syntax, isOptional: Bool)
        /// A function or operator, with the value before its dot.
        case call(String, target: Syntax?, arguments: [Syntax])
        /// Two or more operands of `&&` or of `||`.
        case logic(isAnd: Bool, [Syntax])
        case conditional(Syntax, Syntax, Syntax)
        case list([Element])
        case map([Entry])
        case comprehension(Comprehension)
        /// `cel.bind(name, value, body)`.
        case bind(Variable, Syntax, body: Syntax)
        /// `target.optMap(name, body)`, or `optFlatMap`, whose body is optional itself.
        case optionalMap(Syntax, Variable, body: Syntax, isFlat: Bool)
    }

    struct Element {
        let value: Syntax
        let isOptional: Bool
    }

    struct Entry {
        let key: Syntax
        let value: Syntax
        let isOptional: Bool
    }

    /// A name that a macro introduces, and its place among the locals once it is checked.
    final class Variable {
        let name: String
        let offset: Int
        var local = 0

        init(_ name: String, at offset: Int) {
            self.name = name
            self.offset = offset
        }
    }

    /// `range.all(name, body)` and its kin.
    struct Comprehension {
        enum Macro: String, CaseIterable {
            case all, exists, existsOne, map, filter, transformList, transformMap
            case transformMapEntry
        }

        let macro: Macro
        let range: Syntax
        let variables: [Variable]
        /// What an element must fulfil before it is transformed.
        let filter: Syntax?
        let body: Syntax
    }

    /// What a name or call stands for.
    enum Resolution {
        case local(Int)
        case slot(Int)
        /// A variable whose fields are facts of their own; the path of its name.
        case group(String, RecordType)
        case typeName(ValueType)
        case undeclared(String)
        /// The overloads that may serve, by static types.
        case function(String, [Overload], arguments: [Syntax])
        /// The place of a selected field in its record.
        case recordField(Int)
    }

    let kind: Kind
    /// Where a message about it points, in bytes of UTF-8.
    let offset: Int
    /// Nodes above each other, this one included.
    let depth: Int
    /// Nodes at and below it, which is what evaluating it once costs without its comprehensions.
    let size: Int
    var type: ValueType = .dyn
    var resolution: Resolution?

    init(_ kind: Kind, at offset: Int, over children: [Syntax] = []) {
        self.kind = kind
        self.offset = offset
        depth = (children.map(\.depth).max() ?? 0) + 1
        size = children.reduce(1) { $0 + $1.size }
    }
}
