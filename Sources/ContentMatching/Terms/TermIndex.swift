/// The terms of all lists that one set of folds is declared for, with their exceptions, ready to be
/// searched.
struct TermIndex: Sendable {
    let folds: FoldSet
    let trie: TermTrie
    /// By the terms' numbers in the tree; nil for an exception.
    private let terms: [Indexed?]
    /// Exceptions by their numbers in the tree, that many terms may share; the first set is empty.
    private let exceptionSets: [Set<UInt32>]

    /// A term of a list.
    private struct Indexed {
        let matcher: Int
        let term: Int
        let severity: Int
        /// Which sets hold its exceptions: those of its list, and its own.
        let exceptions: (ofList: Int, own: Int)
    }

    init(_ lists: [(matcher: Int, words: WordList)], folds: FoldSet) {
        var builder = Builder(folds)
        for (matcher, words) in lists { builder.add(words, matcher) }
        builder.text.free()
        self.folds = folds
        trie = TermTrie(builder.spellings)
        terms = builder.terms
        exceptionSets = builder.exceptionSets
    }

    /// The hits among what a search found: of one term apart from each other, none within an
    /// exception.
    func appendHits(among found: [TermSearch.Found], textEnd: Int, to hits: inout [Hit]) {
        let sorted = found.sorted {
            ($0.term, $0.span.start, $1.span.end) < ($1.term, $1.span.start, $0.span.end)
        }
        var covers: [Int: ExceptionCover] = [:]
        func isExcepted(_ span: Span, by set: Int) -> Bool {
            if exceptionSets[set].isEmpty { return false }
            let cover = covers[set] ?? ExceptionCover(of: exceptionSets[set], in: sorted)
            covers[set] = cover
            return cover.covers(span)
        }
        var last: (term: UInt32, end: Int, count: Int)?
        for one in sorted {
            guard let term = terms[Int(one.term)] else { continue }
            var count = 1
            if let last, last.term == one.term {
                if one.span.start < last.end { continue }
                count = last.count + 1
            }
            if isExcepted(one.span, by: term.exceptions.ofList) { continue }
            if isExcepted(one.span, by: term.exceptions.own) { continue }
            let end = count < Matcher.hitsMax ? one.span.end : textEnd
            last = (one.term, end, count)
            let hit = Hit(
                matcher: term.matcher,
                term: term.term,
                severity: term.severity,
                span: Span(start: one.span.start, end: end)
            )
            hits.append(hit)
        }
    }
}

extension TermIndex {
    /// Gives the terms and exceptions of lists their numbers.
    private struct Builder {
        var text: FoldedText
        var spellings: [(FoldedTerm.Spelling, UInt32)] = []
        var terms: [Indexed?] = []
        var exceptionSets: [Set<UInt32>] = [[]]
        private var exceptions: [String: UInt32] = [:]

        init(_ folds: FoldSet) {
            text = FoldedText(folds)
        }

        mutating func add(_ list: WordList, _ matcher: Int) {
            let shared = addSet(list.exceptions)
            for (index, term) in list.terms.enumerated() {
                let indexed = Indexed(
                    matcher: matcher,
                    term: index,
                    severity: term.severity,
                    exceptions: (ofList: shared, own: addSet(term.exceptions))
                )
                _ = add(list.folded[index], indexed)
            }
        }

        private mutating func addSet(_ texts: [String]) -> Int {
            if texts.isEmpty { return 0 }
            var numbers: Set<UInt32> = []
            for exception in texts {
                let number = exceptions[exception] ?? add(FoldedTerm(exception, &text), nil)
                exceptions[exception] = number
                numbers.insert(number)
            }
            exceptionSets.append(numbers)
            return exceptionSets.count - 1
        }

        private mutating func add(_ folded: FoldedTerm, _ term: Indexed?) -> UInt32 {
            let number = UInt32(terms.count)
            terms.append(term)
            for spelling in folded.spellings { spellings.append((spelling, number)) }
            return number
        }
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
