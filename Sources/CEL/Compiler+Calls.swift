extension Compiler {
    mutating func call(_ syntax: Syntax) -> Node {
        guard case .function(let name, let overloads, let arguments) = syntax.resolution else {
            return Failure(.undeclared("function"), at: syntax.offset)
        }
        let nodes = arguments.map { compile($0) }
        if let node = operation(name, arguments, nodes, at: syntax.offset) {
            return folded(node, nodes)
        }
        if let node = known(name, overloads, arguments, nodes, at: syntax.offset) {
            return folded(node, nodes)
        }
        let node = Call(name, overloads, nodes, at: syntax.offset)
        guard !overloads.isEmpty else { return Failure(.undeclared(name), at: syntax.offset) }
        guard nodes.allSatisfy({ $0 is Constant }) else { return node }
        switch Self.constant(node) {
        case .success(let value): return Constant(value, at: syntax.offset)
        case .failure(let error):
            if Self.parsers.contains(name), !arguments.isEmpty {
                report("\(error.fault)", at: arguments[0].offset)
            }
            return node
        }
    }

    /// The node of an operator; nil when the name is none.
    private func operation(
        _ name: String,
        _ arguments: [Syntax],
        _ nodes: [Node],
        at offset: Int
    ) -> Node? {
        if nodes.count == 1 {
            switch name {
            case "!": return Negation(nodes[0], at: offset)
            case "-_": return Minus(nodes[0], at: offset)
            default: return nil
            }
        }
        guard nodes.count == 2 else { return nil }
        let (left, right) = (nodes[0], nodes[1])
        if let relation = Relation(rawValue: name) {
            return arguments.allSatisfy { $0.type == .int }
                ? IntComparison(relation, left, right, at: offset)
                : Comparison(relation, left, right, at: offset)
        }
        if let sign = Arithmetic.Operator(rawValue: name) {
            return Arithmetic(sign, left, right, at: offset)
        }
        switch name {
        case "==": return Equality(expected: true, left, right, at: offset)
        case "!=": return Equality(expected: false, left, right, at: offset)
        case "in": return Membership(left, right, at: offset)
        default: return nil
        }
    }

    /// The node of a function that rules call often; nil when it is called as any other.
    private mutating func known(
        _ name: String,
        _ overloads: [Overload],
        _ arguments: [Syntax],
        _ nodes: [Node],
        at offset: Int
    ) -> Node? {
        guard !overloads.isEmpty else { return nil }
        if name == "size", nodes.count == 1 { return Size(nodes[0], at: offset) }
        if let kind = TextPredicate.Kind(rawValue: name), nodes.count == 2 {
            return TextPredicate(kind, nodes[0], nodes[1], at: offset)
        }
        if name == "matches", nodes.count == 2 {
            return match(nodes, at: offset, patternAt: arguments[1].offset)
        }
        if let part = Timestamp.Part(rawValue: name), arguments[0].type == .timestamp {
            return zonedPart(part, nodes, at: offset)
        }
        return nil
    }

    private mutating func match(_ nodes: [Node], at offset: Int, patternAt place: Int) -> Node {
        var pattern: Pattern?
        if let constant = nodes[1] as? Constant, case .string(let source) = constant.constant {
            do {
                pattern = try Pattern(source)
            } catch {
                report("\(error)", at: place)
                return Failure(error, at: offset)
            }
        }
        return Match(nodes[0], pattern, source: nodes[1], at: offset)
    }

    private mutating func zonedPart(
        _ part: Timestamp.Part,
        _ nodes: [Node],
        at offset: Int
    ) -> Node? {
        if nodes.count == 1 { return ZonedPart(part, nodes[0], .utc, at: offset) }
        guard let constant = nodes[1] as? Constant, case .string(let name) = constant.constant
        else { return nil }
        do {
            return ZonedPart(part, nodes[0], try Zone.named(name), at: offset)
        } catch {
            report("\(error)", at: nodes[1].offset)
            return Failure(error, at: offset)
        }
    }

    /// Functions that parse a text: one that is written out and wrong is a mistake of its writer.
    private static let parsers: Set<String> = ["timestamp", "duration", "ip", "cidr"]
}
