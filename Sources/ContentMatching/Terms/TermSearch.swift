/// Looks for the terms of an index in a folded text: from where each word starts down the tree.
///
/// The time is linear in the text: a search from one place takes at most the longest term's length,
/// or `stepsMax` where a text is full of characters that may be an `i` or an `l`.
struct TermSearch {
    let index: TermIndex
    private let foldsRepeats: Bool
    private let foldsLeet: Bool

    /// A term, or an exception, and where it stands in the original text.
    struct Found {
        let term: UInt32
        let span: Span
    }

    /// A search from one place.
    private struct Walk {
        let units: UnsafePointer<FoldUnit>
        let start: Int
        /// Where the text ends.
        let end: Int
        /// Whether a term must reach to the end.
        let isSpelled: Bool
        var steps = 0
    }

    init(_ index: TermIndex) {
        self.index = index
        foldsRepeats = index.folds.contains(.repeats)
        foldsLeet = index.folds.contains(.leet)
    }

    /// Appends all that stands in the text, in words of its own.
    func search(_ text: FoldedText, _ starts: WordStarts, into found: inout [Found]) {
        let count = text.units.count
        let units = UnsafePointer(text.units.base)
        for number in 0..<starts.starts.count {
            let start = Int(starts.starts[number])
            var walk = Walk(units: units, start: start, end: count, isSpelled: false)
            descend(TermTrie.root, from: start, &walk, &found)
        }
    }

    /// Appends the terms that are written letter by letter: they must be all of such a word, but
    /// that single letters that are words in a chat may stand before them (`u r a l o s e r`).
    func search(_ spelled: SpelledWords, into found: inout [Found]) {
        let units = UnsafePointer(spelled.units.base)
        for number in 0..<spelled.words.count {
            let word = spelled.words[number]
            for start in word.first..<word.end {
                var walk = Walk(units: units, start: start, end: word.end, isSpelled: true)
                descend(TermTrie.root, from: start, &walk, &found)
                guard units[start].run == 1, Self.words.contains(units[start].symbol) else { break }
            }
        }
    }

    /// Follows the text from `position` down the tree below `node`.
    private func descend(
        _ node: Int,
        from position: Int,
        _ walk: inout Walk,
        _ found: inout [Found]
    ) {
        var node = node
        var position = position
        while position < walk.end, walk.steps < Self.stepsMax {
            let unit = walk.units[position]
            walk.steps += 1
            position += 1
            if unit.traits.contains(.maybeL), let child = index.trie.child(of: node, for: Self.l) {
                end(at: child, position, walk, &found)
                descend(child, from: position, &walk, &found)
            }
            guard let child = index.trie.child(of: node, for: unit.symbol) else { return }
            node = child
            end(at: node, position, walk, &found)
        }
    }

    /// Appends the terms that end at a node, if the text's word ends at `position` too.
    @inline(__always)
    private func end(at node: Int, _ position: Int, _ walk: Walk, _ found: inout [Found]) {
        let entries = index.trie.entries(at: node)
        if entries.isEmpty || !isWordEnd(position, walk) { return }
        for entry in entries.lazy.map({ index.trie.entries[$0] }) where fits(entry, walk) {
            let span = Span(
                start: Int(walk.units[walk.start].start),
                end: Int(walk.units[position - 1].end)
            )
            found.append(Found(term: entry.term, span: span))
        }
    }

    private func isWordEnd(_ position: Int, _ walk: Walk) -> Bool {
        if walk.isSpelled { return position == walk.end }
        var next = position
        while next < walk.end, walk.units[next].traits.contains(.mark) { next += 1 }
        guard next < walk.end else { return true }
        var last = position - 1
        while last > walk.start, walk.units[last].traits.contains(.mark) { last -= 1 }
        return !FoldUnit.joins(found: walk.units[last].traits, beside: walk.units[next].traits)
    }

    /// Whether characters stand as often in a row as the term has them, or three times and more,
    /// and are not mostly digits: the road A55 is no word. Beside a character that only looks like a
    /// letter digits are a disguise.
    private func fits(_ entry: TermTrie.Entry, _ walk: Walk) -> Bool {
        guard foldsRepeats || foldsLeet else { return true }
        let length = Int(entry.length)
        var count = 0
        var digits = 0
        var isDisguised = false
        for offset in 0..<length {
            let unit = walk.units[walk.start + offset]
            let run = index.trie.runs[Int(entry.firstRun) + offset]
            let fits = unit.run == run.count || unit.run >= Self.repeatsMin && unit.run > run.count
            guard fits || unit.traits.contains(.space) else { return false }
            count += Int(run.count)
            isDisguised = isDisguised || unit.end - unit.start > UInt32(unit.run)
            if unit.traits.contains(.digit), !run.isDigit { digits += Int(run.count) }
        }
        return digits * 3 < count * 2 || isDisguised && count >= Self.disguisedMin && digits < count
    }

    /// Characters in a row that are too many for a word's spelling.
    private static let repeatsMin = 3
    /// Letters of a term that is found though it is mostly written in digits.
    private static let disguisedMin = 4
    /// Twice the bytes of the longest term, so that only a text made for it ends a search early.
    private static let stepsMax = 400
    private static let l = UInt32(UInt8(ascii: "l"))
    /// Letters that are words: a, i, r (are), u (you).
    private static let words = "airu".utf8.map { UInt32($0) }
}
