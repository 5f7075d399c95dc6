/// Scans texts with a set of matchers. Holds scratch memory, so each thread has its own.
///
/// Scanning a text in which nothing is found allocates nothing, but for characters beyond ASCII
/// that were not seen lately.
package final class MatcherScanner {
    private let raw: PatternScanner?
    private let set: MatcherSet
    private var groups: [GroupScanner]

    package init(_ set: MatcherSet) {
        self.set = set
        raw = set.raw.map(PatternScanner.init)
        groups = set.groups.map(GroupScanner.init)
    }

    deinit {
        for group in groups { group.free() }
    }

    /// What the matchers find in `text`, valid UTF-8 of less than 4 GiB. Their order means nothing.
    /// The hits of one pattern, detector or term are apart from each other.
    package func hits(in text: UnsafeRawBufferPointer) -> [Hit] {
        var hits: [Hit] = []
        if let raw, let set = set.raw {
            for candidate in raw.candidates(in: text).map(Int.init) {
                for span in set.patterns[candidate].spans(in: text) {
                    hits.append(Hit(matcher: set.matchers[candidate], span: span))
                }
            }
        }
        for index in groups.indices { groups[index].appendHits(in: text, to: &hits) }
        return hits
    }
}

/// Scans texts by one set of folds.
private struct GroupScanner {
    private let group: MatcherSet.FoldGroup
    private let patterns: PatternScanner?
    private let terms: TermSearch?
    private var folded: FoldedText
    private var starts = WordStarts()
    private var spelled = SpelledWords()
    private var bytes = FoldedBytes()
    private var detectorText = DetectorText()
    private var found: [TermSearch.Found] = []

    init(_ group: MatcherSet.FoldGroup) {
        self.group = group
        patterns = group.patterns.map(PatternScanner.init)
        terms = group.terms.map(TermSearch.init)
        folded = FoldedText(group.folds)
    }

    func free() {
        folded.free()
        starts.free()
        spelled.free()
        bytes.free()
        detectorText.free()
    }

    mutating func appendHits(in text: UnsafeRawBufferPointer, to hits: inout [Hit]) {
        folded.read(text)
        if let terms {
            starts.read(folded)
            terms.search(folded, starts, into: &found)
        }
        if group.folds.contains(.spaces) {
            if terms == nil || starts.maySpellWords {
                spelled.read(folded)
                terms?.search(spelled, into: &found)
            } else {
                spelled.removeAll()
            }
        }
        if let terms, !found.isEmpty {
            terms.index.appendHits(among: found, textEnd: text.count, to: &hits)
            found.removeAll(keepingCapacity: found.count <= Self.foundKeptMax)
        }
        if let detectors = group.detectors {
            detectorText.read(folded)
            detectors.appendHits(in: detectorText, to: &hits)
        }
        if let patterns, let set = group.patterns { appendHits(of: set, patterns, to: &hits) }
    }

    private mutating func appendHits(
        of set: PatternSet,
        _ scanner: PatternScanner,
        to hits: inout [Hit]
    ) {
        bytes.write(folded, spelled)
        for candidate in scanner.candidates(in: bytes.text).map(Int.init) {
            // Pieces of one character that folds to several may be hit apart.
            let spans = set.patterns[candidate].spans(in: bytes.text).map(bytes.original)
            for span in Span.merged(spans, touching: false) {
                hits.append(Hit(matcher: set.matchers[candidate], span: span))
            }
        }
    }

    /// Terms found whose room is kept for the next text.
    private static let foundKeptMax = 1 << 10
}
