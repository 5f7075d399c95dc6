import ContentMatching

/// Gathers the matchers of all rules; the same one, wanted twice, stands in it once.
struct MatcherTable {
    private(set) var matchers: [Matcher] = []
    private var indices: [Key: Int] = [:]

    private enum Key: Hashable {
        case pattern(String, FoldSet)
        case list(name: String, FoldSet)
        case detector(Detector)
    }

    /// The index of a pattern.
    mutating func pattern(_ source: String, folds: FoldSet) throws(ExpressionError) -> Int {
        let key = Key.pattern(source, folds)
        if let index = indices[key] { return index }
        return insert(key, try .pattern(source, folds: folds))
    }

    /// The index of a list of words; nil when it was refused, and reported.
    mutating func list(_ list: TermList, name: String, folds: FoldSet) -> Int? {
        let key = Key.list(name: name, folds)
        if let index = indices[key] { return index }
        return list.words(folds).map { insert(key, .words($0)) }
    }

    /// The index of a detector.
    mutating func detector(_ detector: Detector) -> Int {
        indices[.detector(detector)] ?? insert(.detector(detector), .detector(detector))
    }

    private mutating func insert(_ key: Key, _ matcher: Matcher) -> Int {
        let index = matchers.count
        matchers.append(matcher)
        indices[key] = index
        return index
    }
}
