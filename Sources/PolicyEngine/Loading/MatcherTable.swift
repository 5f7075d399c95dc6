import ContentMatching

/// Gathers the matchers of all rules; the same one, wanted twice, stands in it once.
struct MatcherTable {
    private(set) var matchers: [Matcher] = []
    private var indices: [Key: UInt32] = [:]

    private struct Key: Hashable {
        let isTerm: Bool
        let source: String
        let exceptions: [String]
        let caseless: Bool
    }

    /// The index of a pattern.
    mutating func pattern(_ source: String, caseless: Bool) throws(ExpressionError) -> UInt32 {
        let key = Key(isTerm: false, source: source, exceptions: [], caseless: caseless)
        if let index = indices[key] { return index }
        return insert(key, try .pattern(source, caseless: caseless))
    }

    /// The index of a term of a list.
    mutating func term(_ term: TermList.Term, caseless: Bool) throws(ExpressionError) -> UInt32 {
        let key = Key(
            isTerm: true,
            source: term.text,
            exceptions: term.exceptions,
            caseless: caseless
        )
        if let index = indices[key] { return index }
        return insert(key, try .term(term.text, except: term.exceptions, caseless: caseless))
    }

    private mutating func insert(_ key: Key, _ matcher: Matcher) -> UInt32 {
        let index = UInt32(matchers.count)
        matchers.append(matcher)
        indices[key] = index
        return index
    }
}
