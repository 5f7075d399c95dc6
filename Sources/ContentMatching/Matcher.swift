/// One thing to look for in texts: an operator's pattern, or a term of a word list.
package struct Matcher: Sendable {
    /// Finds the exact spans.
    let expression: Expression
    /// Finds what a hit must not lie within, or nil.
    let exceptions: Expression?
    /// What Hyperscan compiles to find candidates.
    let candidate: String
    let caseless: Bool
    /// Whether a hit must stand as a word of its own.
    let wholeWords: Bool
    /// Whether it can be looked for in a flat text.
    let isASCII: Bool
    /// Which texts Hyperscan, whose Unicode is older than RE2's, may misjudge.
    let doubts: Doubts

    /// Spans of one matcher that one text can have. Whoever repeats a hit more often has the rest
    /// of the text taken as one span: finding each would make the time quadratic for some patterns.
    package static let spansMax = 100
}

extension Matcher {
    /// A pattern in RE2's syntax. It sees the raw text; `caseless` folds as Unicode's simple case
    /// folding does. Refused: what is not linear-time, and what matches the empty text.
    package static func pattern(
        _ source: String,
        caseless: Bool
    ) throws(ExpressionError) -> Matcher {
        let expression = try Expression(source, caseless: caseless)
        guard
            expression.firstMatch(in: UnsafeRawBufferPointer(start: nil, count: 0), from: 0) == nil
        else {
            throw ExpressionError(message: "the pattern matches the empty text, so it hits always")
        }
        let isASCII = isASCII(source)
        // The flat text has K for the Kelvin sign, which to `\b` or `.` is something else.
        var doubts: Doubts = isASCII ? .asciiTwins : .oddLetters
        // RE2's `\s` lacks the vertical tab that Hyperscan's has: `\S` misses it there.
        if source.contains(#"\s"#) || source.contains(#"\S"#) { doubts.insert(.verticalTab) }
        // RE2's `\v` is one character, Hyperscan's a class.
        if source.contains(#"\v"#) { doubts.insert(.everything) }
        // Hyperscan takes seconds to compile what repeats a property's thousands of characters;
        // RE2 alone scans a message for it in less than a microsecond.
        if source.contains(#"\p"#) || source.contains(#"\P"#) { doubts.insert(.everything) }
        return Matcher(
            expression: expression,
            exceptions: nil,
            candidate: source,
            caseless: caseless,
            wholeWords: false,
            isASCII: isASCII,
            doubts: doubts
        )
    }

    /// A term: a word or a phrase, whose spaces stand for any run of white space, found where it
    /// stands as words of its own and not within one of the exceptions.
    package static func term(
        _ term: String,
        except exceptions: [String],
        caseless: Bool
    ) throws(ExpressionError) -> Matcher {
        let source = quoted(term)
        // The longest first: RE2 prefers the alternative that stands first.
        let alternatives = exceptions.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
            .map(quoted).joined(separator: "|")
        let isASCII = term.utf8.allSatisfy { $0 < 0x80 }
        return Matcher(
            expression: try Expression(source, caseless: caseless),
            exceptions: exceptions.isEmpty
                ? nil : try Expression(alternatives, caseless: caseless),
            candidate: source,
            caseless: caseless,
            wholeWords: true,
            isASCII: isASCII,
            doubts: isASCII ? [] : .oddLetters
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

    /// The expression that matches a term literally but for its white space.
    private static func quoted(_ term: String) -> String {
        term.split(whereSeparator: \.isWhitespace).map { word in
            word.unicodeScalars.map { scalar in
                let isPlain =
                    scalar.value >= 0x80 || scalar.properties.isAlphabetic
                    || scalar.properties.numericType != nil
                return isPlain ? String(scalar) : "\\\(scalar)"
            }.joined()
        }.joined(separator: #"[\s\x0B]+"#)
    }
}

extension Matcher {
    /// The exact spans of this matcher in `text`, in order and apart from each other, appended to
    /// `spans`. `text` is valid UTF-8. Empty matches are no hits.
    func appendSpans(in text: UnsafeRawBufferPointer, to spans: inout [Span]) {
        let first = spans.count
        var from = 0
        while from < text.count, let match = expression.firstMatch(in: text, from: from) {
            if match.start == match.end {
                from = next(match.start, in: text)
            } else if wholeWords && !WordBoundary.surrounds(match, in: text) {
                from = next(match.start, in: text)
            } else if isExcepted(match, in: text) {
                from = match.end
            } else if spans.count - first == Self.spansMax - 1 {
                spans.append(Span(start: match.start, end: text.count))
                return
            } else {
                spans.append(match)
                from = match.end
            }
        }
    }

    private func isExcepted(_ hit: Span, in text: UnsafeRawBufferPointer) -> Bool {
        guard let exceptions else { return false }
        var from = 0
        while from <= hit.start, let match = exceptions.firstMatch(in: text, from: from),
            match.start <= hit.start
        {
            if match.end >= hit.end, WordBoundary.surrounds(match, in: text) { return true }
            from = next(match.start, in: text)
        }
        return false
    }

    /// Where the character after the one at `offset` starts.
    private func next(_ offset: Int, in text: UnsafeRawBufferPointer) -> Int {
        var offset = offset + 1
        while offset < text.count, text[offset] & 0xC0 == 0x80 { offset += 1 }
        return offset
    }
}
