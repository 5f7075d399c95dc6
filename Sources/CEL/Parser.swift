/// Parses an expression by the language's grammar; macros are expanded as they are met.
struct Parser {
    var tokens: [Token]
    var place = 0
    private var nesting = 0

    static func parse(_ source: String) throws(Mistake) -> Syntax {
        guard source.utf8.count <= Limits.sourceBytesMax else {
            let message = "the expression is longer than \(Limits.sourceBytesMax) bytes"
            throw Mistake(message, at: Limits.sourceBytesMax)
        }
        var parser = Parser(tokens: try Lexer.tokens(of: source))
        let syntax = try parser.expression()
        guard parser.token.kind == .end else {
            throw Mistake("\(parser.token.words) is not expected here", at: parser.token.offset)
        }
        return syntax
    }

    private init(tokens: [Token]) {
        self.tokens = tokens
    }

    var token: Token { tokens[place] }

    mutating func advance() {
        if place < tokens.count - 1 { place += 1 }
    }

    mutating func accept(_ symbol: Token.Symbol) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Token.Symbol, _ purpose: String) throws(Mistake) {
        guard !accept(symbol) else { return }
        throw Mistake(
            "expected '\(symbol.rawValue)' \(purpose), found \(token.words)",
            at: token.offset
        )
    }

    /// Makes a node over others.
    func node(
        _ kind: Syntax.Kind,
        at offset: Int,
        over children: [Syntax] = []
    ) throws(Mistake) -> Syntax {
        let node = Syntax(kind, at: offset, over: children)
        guard node.depth <= Limits.depthMax else {
            throw Mistake("the expression is nested or chained too deeply", at: offset)
        }
        return node
    }

    /// A whole expression, conditionals included.
    mutating func expression() throws(Mistake) -> Syntax {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Limits.nestingMax else {
            throw Mistake("brackets are nested too deeply", at: token.offset)
        }
        let condition = try logic(isAnd: false)
        let offset = token.offset
        guard accept(.question) else { return condition }
        let yes = try logic(isAnd: false)
        try expect(.colon, "of the conditional")
        let no = try expression()
        return try node(.conditional(condition, yes, no), at: offset, over: [condition, yes, no])
    }

    private mutating func logic(isAnd: Bool) throws(Mistake) -> Syntax {
        var operands = [isAnd ? try relation() : try logic(isAnd: true)]
        let offset = token.offset
        while accept(isAnd ? .and : .or) {
            operands.append(isAnd ? try relation() : try logic(isAnd: true))
        }
        if operands.count == 1 { return operands[0] }
        return try node(.logic(isAnd: isAnd, operands), at: offset, over: operands)
    }

    private mutating func relation() throws(Mistake) -> Syntax {
        var left = try chain(level: 0)
        while case .symbol(let symbol) = token.kind, Self.relations.contains(symbol) {
            let offset = token.offset
            advance()
            left = try binary(symbol, left, try chain(level: 0), at: offset)
        }
        return left
    }

    /// Sums, and below them products.
    private mutating func chain(level: Int) throws(Mistake) -> Syntax {
        var left = level == 0 ? try chain(level: 1) : try unary()
        while case .symbol(let symbol) = token.kind, Self.chains[level].contains(symbol) {
            let offset = token.offset
            advance()
            let right = level == 0 ? try chain(level: 1) : try unary()
            left = try binary(symbol, left, right, at: offset)
        }
        return left
    }

    private func binary(
        _ symbol: Token.Symbol,
        _ left: Syntax,
        _ right: Syntax,
        at offset: Int
    ) throws(Mistake) -> Syntax {
        try node(
            .call(symbol.rawValue, target: nil, arguments: [left, right]),
            at: offset,
            over: [left, right]
        )
    }

    private mutating func unary() throws(Mistake) -> Syntax {
        let offset = token.offset
        for symbol in [Token.Symbol.not, .minus] where token.kind == .symbol(symbol) {
            var count = 0
            while accept(symbol) { count += 1 }
            var operand: Syntax
            if symbol == .minus, let literal = try negativeNumber() {
                operand = literal
                count -= 1
            } else {
                operand = try member()
            }
            // Pairs undo each other, but the operand must still be one that can be negated.
            for _ in 0..<(count > 2 ? 2 - count % 2 : count) {
                let name = symbol == .not ? "!" : "-_"
                operand = try node(
                    .call(name, target: nil, arguments: [operand]),
                    at: offset,
                    over: [operand]
                )
            }
            return operand
        }
        return try member()
    }

    /// The number behind a minus, with it, unless a dot or bracket binds the number first.
    private mutating func negativeNumber() throws(Mistake) -> Syntax? {
        let value: Value
        switch token.kind {
        case .int(let magnitude): value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
        case .double(let magnitude): value = .double(-magnitude)
        default: return nil
        }
        if case .symbol(let next) = tokens[place + 1].kind, next == .dot || next == .openBracket {
            return nil
        }
        let offset = token.offset
        advance()
        return try node(.literal(value), at: offset)
    }

    private static let relations: Set<Token.Symbol> = [
        .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual, .in,
    ]
    private static let chains: [Set<Token.Symbol>] = [
        [.plus, .minus], [.times, .divide, .modulo],
    ]
}
