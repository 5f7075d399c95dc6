import ContentMatching

/// Gathers the matchers of all rules; the same one, wanted twice, stands in it once.
struct MatcherTable {
    private(set) var matchers: [Matcher] = []
    private var indices: [Key: UInt32] = [:]

    private enum Key: Hashable {
        case pattern(String, FoldSet)
        case term(String, exceptions: [String], FoldSet)
        case detector(Detector)
    }

    /// The index of a pattern.
    mutating func pattern(_ source: String, folds: FoldSet) throws(ExpressionError) -> UInt32 {
        let key = Key.pattern(source, folds)
        if let index = indices[key] { return index }
        return insert(key, try .pattern(source, folds: folds))
    }

    /// The index of a term of a list.
    mutating func term(_ term: TermList.Term, folds: FoldSet) throws(ExpressionError) -> UInt32 {
        let key = Key.term(term.text, exceptions: term.exceptions, folds)
        if let index = indices[key] { return index }
        return insert(key, try .term(term.text, except: term.exceptions, folds: folds))
    }

    /// The index of a detector.
    mutating func detector(_ detector: Detector) -> UInt32 {
        indices[.detector(detector)] ?? insert(.detector(detector), .detector(detector))
    }

    private mutating func insert(_ key: Key, _ matcher: Matcher) -> UInt32 {
        let index = UInt32(matchers.count)
        matchers.append(matcher)
        indices[key] = index
        return index
    }
}
