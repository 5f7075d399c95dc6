extension Parser {
    /// The node that a macro's call stands for, or nil when it is a call of a function.
    func macro(
        _ name: String,
        target: Syntax?,
        _ arguments: [Syntax],
        at offset: Int
    ) throws(Mistake) -> Syntax? {
        guard let target else {
            return name == "has" ? try presence(arguments, at: offset) : nil
        }
        if name == "bind", case .name("cel", _) = target.kind, arguments.count == 3 {
            let variable = try variable(arguments[0])
            return try node(
                .bind(variable, arguments[1], body: arguments[2]),
                at: offset,
                over: arguments
            )
        }
        if name == "optMap" || name == "optFlatMap", arguments.count == 2 {
            let variable = try variable(arguments[0])
            let isFlat = name == "optFlatMap"
            return try node(
                .optionalMap(target, variable, body: arguments[1], isFlat: isFlat),
                at: offset,
                over: [target] + arguments
            )
        }
        guard let shape = Self.shapes[name]?[arguments.count] else { return nil }
        let comprehension = Syntax.Comprehension(
            macro: shape.macro,
            range: target,
            variables: try arguments.prefix(shape.variables).map(checkedVariable),
            filter: shape.hasFilter ? arguments[shape.variables] : nil,
            body: arguments[arguments.count - 1]
        )
        let names = comprehension.variables
        if names.count == 2, names[0].name == names[1].name {
            throw Mistake("'\(names[1].name)' is named twice", at: names[1].offset)
        }
        return try node(.comprehension(comprehension), at: offset, over: [target] + arguments)
    }

    private func presence(_ arguments: [Syntax], at offset: Int) throws(Mistake) -> Syntax {
        guard arguments.count == 1,
            case .select(let operand, let field, let isOptional) = arguments[0].kind
        else { throw Mistake("'has' takes one field, such as has(a.b)", at: offset) }
        return try node(
            .has(operand, field: field, isOptional: isOptional),
            at: arguments[0].offset,
            over: [operand]
        )
    }

    private func variable(_ syntax: Syntax) throws(Mistake) -> Syntax.Variable {
        guard case .name(let name, isAbsolute: false) = syntax.kind else {
            throw Mistake("a plain name is expected here, for the macro to use", at: syntax.offset)
        }
        return Syntax.Variable(name, at: syntax.offset)
    }

    private var checkedVariable: (Syntax) throws(Mistake) -> Syntax.Variable {
        { syntax throws(Mistake) in try variable(syntax) }
    }

    private struct Shape {
        let macro: Syntax.Comprehension.Macro
        let variables: Int
        var hasFilter = false
    }

    /// What each macro's name means by its number of arguments.
    private static let shapes: [String: [Int: Shape]] = [
        "all": [2: Shape(macro: .all, variables: 1), 3: Shape(macro: .all, variables: 2)],
        "exists": [
            2: Shape(macro: .exists, variables: 1), 3: Shape(macro: .exists, variables: 2),
        ],
        "exists_one": [
            2: Shape(macro: .existsOne, variables: 1), 3: Shape(macro: .existsOne, variables: 2),
        ],
        "existsOne": [
            2: Shape(macro: .existsOne, variables: 1), 3: Shape(macro: .existsOne, variables: 2),
        ],
        "filter": [2: Shape(macro: .filter, variables: 1)],
        "map": [
            2: Shape(macro: .map, variables: 1),
            3: Shape(macro: .map, variables: 1, hasFilter: true),
        ],
        "transformList": [
            3: Shape(macro: .transformList, variables: 2),
            4: Shape(macro: .transformList, variables: 2, hasFilter: true),
        ],
        "transformMap": [
            3: Shape(macro: .transformMap, variables: 2),
            4: Shape(macro: .transformMap, variables: 2, hasFilter: true),
        ],
        "transformMapEntry": [
            3: Shape(macro: .transformMapEntry, variables: 2),
            4: Shape(macro: .transformMapEntry, variables: 2, hasFilter: true),
        ],
    ]
}
