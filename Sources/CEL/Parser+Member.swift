extension Parser {
    /// A primary with its selections, indexes and calls.
    mutating func member() throws(Mistake) -> Syntax {
        var operand = try primary()
        while true {
            let offset = token.offset
            if accept(.dot) {
                let isOptional = accept(.question)
                operand = try selection(of: operand, isOptional: isOptional)
            } else if accept(.openBracket) {
                let isOptional = accept(.question)
                let index = try expression()
                try expect(.closeBracket, "to close the index")
                operand = try node(
                    .index(operand, index, isOptional: isOptional),
                    at: offset,
                    over: [operand, index]
                )
            } else if token.kind == .symbol(.openBrace) {
                throw Mistake("messages can't be made here; write a map", at: offset)
            } else {
                return operand
            }
        }
    }

    private mutating func selection(
        of operand: Syntax,
        isOptional: Bool
    ) throws(Mistake) -> Syntax {
        let offset = token.offset
        let field: String
        var canBeCalled = !isOptional
        switch token.kind {
        case .name(let name): field = name
        case .quotedName(let name):
            field = name
            canBeCalled = false
        case .symbol(.in): field = "in"
        default: throw Mistake("expected a name behind '.', found \(token.words)", at: offset)
        }
        advance()
        if canBeCalled, accept(.openParenthesis) {
            let arguments = try list(until: .closeParenthesis)
            if let expanded = try macro(field, target: operand, arguments, at: offset) {
                return expanded
            }
            return try node(
                .call(field, target: operand, arguments: arguments),
                at: offset,
                over: [operand] + arguments
            )
        }
        return try node(
            .select(operand, field: field, isOptional: isOptional),
            at: offset,
            over: [operand]
        )
    }

    private mutating func list(until close: Token.Symbol) throws(Mistake) -> [Syntax] {
        var elements: [Syntax] = []
        while !accept(close) {
            elements.append(try expression())
            if accept(close) { return elements }
            try expect(.comma, "or '\(close.rawValue)'")
            if token.kind == .symbol(close) {
                throw Mistake("expected another argument behind ','", at: token.offset)
            }
        }
        return elements
    }

    private mutating func primary() throws(Mistake) -> Syntax {
        let start = token
        advance()
        switch start.kind {
        case .int(let magnitude):
            guard let value = Int64(exactly: magnitude) else {
                throw Mistake("the number is too large for 64 bits", at: start.offset)
            }
            return try node(.literal(.int(value)), at: start.offset)
        case .uint(let value): return try node(.literal(.uint(value)), at: start.offset)
        case .double(let value): return try node(.literal(.double(value)), at: start.offset)
        case .string(let text): return try node(.literal(.string(text)), at: start.offset)
        case .bytes(let bytes): return try node(.literal(.bytes(bytes)), at: start.offset)
        case .name(let name): return try named(name, isAbsolute: false, at: start.offset)
        case .symbol(.dot):
            guard case .name(let name) = token.kind else { break }
            let offset = token.offset
            advance()
            return try named(name, isAbsolute: true, at: offset)
        case .symbol(.openParenthesis):
            let inner = try expression()
            try expect(.closeParenthesis, "to close the bracket")
            return inner
        case .symbol(.openBracket): return try listLiteral(at: start.offset)
        case .symbol(.openBrace): return try mapLiteral(at: start.offset)
        default: break
        }
        throw Mistake("expected a value, found \(start.words)", at: start.offset)
    }

    private mutating func named(
        _ name: String,
        isAbsolute: Bool,
        at offset: Int
    ) throws(Mistake) -> Syntax {
        if !isAbsolute, let constant = Self.constants[name] {
            return try node(.literal(constant), at: offset)
        }
        guard !Self.reserved.contains(name) else {
            throw Mistake("'\(name)' is reserved and can't be a name", at: offset)
        }
        guard accept(.openParenthesis) else {
            return try node(.name(name, isAbsolute: isAbsolute), at: offset)
        }
        let arguments = try list(until: .closeParenthesis)
        if let expanded = try macro(name, target: nil, arguments, at: offset) { return expanded }
        return try node(
            .call(name, target: nil, arguments: arguments),
            at: offset,
            over: arguments
        )
    }

    private mutating func listLiteral(at offset: Int) throws(Mistake) -> Syntax {
        var elements: [Syntax.Element] = []
        while !accept(.closeBracket) {
            let isOptional = accept(.question)
            elements.append(.init(value: try expression(), isOptional: isOptional))
            if accept(.closeBracket) { break }
            try expect(.comma, "or ']' in the list")
        }
        return try node(.list(elements), at: offset, over: elements.map(\.value))
    }

    private mutating func mapLiteral(at offset: Int) throws(Mistake) -> Syntax {
        var entries: [Syntax.Entry] = []
        while !accept(.closeBrace) {
            let isOptional = accept(.question)
            let key = try expression()
            try expect(.colon, "behind the key")
            entries.append(.init(key: key, value: try expression(), isOptional: isOptional))
            if accept(.closeBrace) { break }
            try expect(.comma, "or '}' in the map")
        }
        return try node(.map(entries), at: offset, over: entries.flatMap { [$0.key, $0.value] })
    }

    private static let constants: [String: Value] = [
        "true": .bool(true), "false": .bool(false), "null": .null,
    ]
    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while",
    ]
}
