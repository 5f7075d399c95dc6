/// One thing to look for in texts.
package enum Matcher: Sendable {
    /// An operator's pattern.
    case pattern(Pattern)
    /// A term of a word list.
    case term(Term)
    /// A kind of detail that is told by its form.
    case detector(Detector)

    /// Spans of one matcher that one text can have. Whoever repeats a hit more often has the rest
    /// of the text taken as one span: finding each would make the time quadratic for some patterns.
    package static let spansMax = 100
}

extension Matcher {
    package static func pattern(
        _ source: String,
        folds: FoldSet
    ) throws(ExpressionError) -> Matcher {
        .pattern(try Pattern(source, folds: folds))
    }

    package static func term(
        _ text: String,
        except exceptions: [String],
        folds: FoldSet
    ) throws(ExpressionError) -> Matcher {
        .term(try Term(text, except: exceptions, folds: folds))
    }
}

/// What one matcher found in a text.
package struct Hit: Sendable {
    /// The matcher's index in its set.
    package let matcher: UInt32
    /// In order and apart from each other.
    package var spans: [Span]
}
