/// All terms that one set of folds is declared for, with their exceptions, ready to be searched.
package struct TermIndex: Sendable {
    let folds: FoldSet
    let trie: TermTrie
    /// By the terms' numbers in the tree: the matcher of each, nil for an exception.
    private let matchers: [UInt32?]
    /// By the terms' numbers: which of `exceptionSets` holds its exceptions.
    private let exceptionSet: [Int]
    private let exceptionSets: [Set<UInt32>]

    init(_ terms: [(matcher: UInt32, term: Term)], folds: FoldSet) {
        self.folds = folds
        var spellings: [(FoldedTerm.Spelling, UInt32)] = []
        var matchers: [UInt32?] = []
        var exceptionSet: [Int] = []
        var sets: [Set<UInt32>] = [[]]
        var setOf: [[String]: Int] = [[]: 0]
        var exceptionOf: [String: UInt32] = [:]
        func add(_ text: String, _ matcher: UInt32?, _ set: Int) -> UInt32 {
            let number = UInt32(matchers.count)
            matchers.append(matcher)
            exceptionSet.append(set)
            spellings += Set(FoldedTerm(text, folds).spellings).filter { !$0.symbols.isEmpty }
                .map { ($0, number) }
            return number
        }
        for (matcher, term) in terms {
            if setOf[term.exceptions] == nil {
                let numbers = term.exceptions.map { text in
                    if let number = exceptionOf[text] { return number }
                    let number = add(text, nil, 0)
                    exceptionOf[text] = number
                    return number
                }
                setOf[term.exceptions] = sets.count
                sets.append(Set(numbers))
            }
            _ = add(term.text, matcher, setOf[term.exceptions] ?? 0)
        }
        trie = TermTrie(spellings)
        self.matchers = matchers
        self.exceptionSet = exceptionSet
        exceptionSets = sets
    }

    /// The hits among what a search found, by matcher: in order, apart from each other, none
    /// within an exception.
    func hits(among found: [TermSearch.Found], textEnd: Int) -> [Hit] {
        let sorted = found.sorted {
            ($0.term, $0.span.start, $1.span.end) < ($1.term, $1.span.start, $0.span.end)
        }
        var hits: [Hit] = []
        var covers: [Int: ExceptionCover] = [:]
        for one in sorted {
            guard let matcher = matchers[Int(one.term)] else { continue }
            let set = exceptionSet[Int(one.term)]
            if !exceptionSets[set].isEmpty {
                let cover = covers[set] ?? ExceptionCover(of: exceptionSets[set], in: sorted)
                covers[set] = cover
                if cover.covers(one.span) { continue }
            }
            guard let last = hits.last, last.matcher == matcher else {
                hits.append(Hit(matcher: matcher, spans: [one.span]))
                continue
            }
            guard let lastSpan = last.spans.last, lastSpan.end <= one.span.start else { continue }
            if last.spans.count == Matcher.spansMax - 1 {
                let rest = Span(start: one.span.start, end: textEnd)
                hits[hits.count - 1].spans.append(rest)
            } else {
                hits[hits.count - 1].spans.append(one.span)
            }
        }
        return hits
    }
}

/// Where a text has the exceptions of a term.
private struct ExceptionCover {
    /// In the order of their starts; each with the furthest end of those up to it.
    private var spans: [Span] = []

    init(of exceptions: Set<UInt32>, in found: [TermSearch.Found]) {
        spans = found.filter { exceptions.contains($0.term) }.map(\.span)
            .sorted { $0.start < $1.start }
        for index in spans.indices.dropFirst() {
            spans[index].end = max(spans[index].end, spans[index - 1].end)
        }
    }

    /// Whether a span lies within one of them.
    func covers(_ span: Span) -> Bool {
        var low = 0
        var high = spans.count
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].start <= span.start { low = middle + 1 } else { high = middle }
        }
        return low > 0 && spans[low - 1].end >= span.end
    }
}
