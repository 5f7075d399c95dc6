/// An operator's pattern in RE2's syntax.
package struct Pattern: Sendable {
    /// Finds the exact spans.
    let expression: Expression
    /// What Hyperscan compiles to find candidates.
    let source: String
    let caseless: Bool
    /// What the text is folded by before the pattern sees it; empty for the raw text.
    let folds: FoldSet
    /// Whether it can be looked for in a flat text.
    let isASCII: Bool
    /// Which texts Hyperscan, whose Unicode is older than RE2's, may misjudge.
    let doubts: Doubts
}

extension Pattern {
    /// A pattern in RE2's syntax. `case` folds as Unicode's simple case folding does; with other
    /// folds the pattern sees the folded text. Refused: what is not linear-time, and what matches
    /// the empty text.
    package init(_ source: String, folds: FoldSet) throws(ExpressionError) {
        let caseless = folds.contains(.case)
        let expression = try Expression(source, caseless: caseless)
        guard
            expression.firstMatch(in: UnsafeRawBufferPointer(start: nil, count: 0), from: 0) == nil
        else {
            throw ExpressionError(message: "the pattern matches the empty text, so it hits always")
        }
        let isASCII = Self.isASCII(source)
        // The flat text has K for the Kelvin sign, which to `\b` or `.` is something else.
        var doubts: Doubts = isASCII ? .asciiTwins : .oddLetters
        // RE2's `\s` lacks the vertical tab that Hyperscan's has: `\S` misses it there.
        if source.contains(#"\s"#) || source.contains(#"\S"#) { doubts.insert(.verticalTab) }
        // RE2's `\v` is one character, Hyperscan's a class.
        if source.contains(#"\v"#) { doubts.insert(.everything) }
        // Hyperscan takes seconds to compile what repeats a property's thousands of characters;
        // RE2 alone scans a message for it in less than a microsecond.
        if source.contains(#"\p"#) || source.contains(#"\P"#) { doubts.insert(.everything) }
        self.init(
            expression: expression,
            source: source,
            caseless: caseless,
            folds: folds == .case ? [] : folds,
            isASCII: isASCII,
            doubts: doubts
        )
    }

    /// Whether an expression names no character beyond ASCII, so that to it those are all alike.
    private static func isASCII(_ source: String) -> Bool {
        guard source.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
        var escaped = false
        for character in source.utf8 {
            if escaped, namesCharacters.contains(character) { return false }
            escaped = !escaped && character == UInt8(ascii: "\\")
        }
        return true
    }

    /// What may name characters by property or number when it follows a backslash.
    private static let namesCharacters = Array("pPxXC01234567".utf8)
}

extension Pattern {
    /// The exact spans of the pattern in `text`, valid UTF-8: in order and apart from each other.
    /// Empty matches are no hits.
    func spans(in text: UnsafeRawBufferPointer) -> [Span] {
        var spans: [Span] = []
        var from = 0
        while from < text.count, let match = expression.firstMatch(in: text, from: from) {
            if match.start == match.end {
                from = next(match.start, in: text)
            } else if spans.count == Matcher.hitsMax - 1 {
                spans.append(Span(start: match.start, end: text.count))
                break
            } else {
                spans.append(match)
                from = match.end
            }
        }
        return spans
    }

    /// Where the character after the one at `offset` starts.
    private func next(_ offset: Int, in text: UnsafeRawBufferPointer) -> Int {
        var offset = offset + 1
        while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
        return offset
    }
}
