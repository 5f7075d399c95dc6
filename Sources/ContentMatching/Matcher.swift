/// One thing to look for in texts.
package enum Matcher: Sendable {
    /// An operator's pattern.
    case pattern(Pattern)
    /// The words and phrases of a list.
    case words(WordList)
    /// A kind of detail that is told by its form.
    case detector(Detector)

    /// Hits of one pattern, detector or term that one text can have. Whoever repeats one more often
    /// has the rest of the text taken as one span: finding each would make the time quadratic for
    /// some patterns.
    package static let hitsMax = 100
}

extension Matcher {
    /// See `Pattern`.
    package static func pattern(
        _ source: String,
        folds: FoldSet
    ) throws(ExpressionError) -> Matcher {
        .pattern(try Pattern(source, folds: folds))
    }
}

/// What a matcher found at one place of a text.
package struct Hit: Hashable, Sendable {
    /// The matcher's index in its set.
    package let matcher: Int
    /// The index of the term in its list; 0 for what is no list.
    package let term: Int
    /// The term's severity; 0 for what is no list.
    package let severity: Int
    /// Where it stands in the text as it was given, at edges of characters.
    package let span: Span

    package init(matcher: Int, term: Int = 0, severity: Int = 0, span: Span) {
        self.matcher = matcher
        self.term = term
        self.severity = severity
        self.span = span
    }
}
