/// All matchers of a bundle, compiled together by what they read texts as.
///
/// Immutable; each thread scans with a `MatcherScanner` of its own.
package final class MatcherSet: Sendable {
    /// Those that read the raw text.
    let raw: PatternSet?
    /// Those that read it folded: each set of folds once.
    let groups: [FoldGroup]

    /// What reads a text by one set of folds.
    struct FoldGroup: Sendable {
        let folds: FoldSet
        let patterns: PatternSet?
        let terms: TermIndex?
        let detectors: DetectorSet?
    }

    /// Compiles the matchers; hits name them by their index.
    ///
    /// - Parameter store: keeps what takes long to compile for the next time.
    package init(_ matchers: [Matcher], store: (any DatabaseStore)? = nil) {
        var patterns: [FoldSet: [(Int, Pattern)]] = [:]
        var lists: [FoldSet: [(Int, WordList)]] = [:]
        var detectors: [(Int, Detector)] = []
        for (index, matcher) in matchers.enumerated() {
            switch matcher {
            case .pattern(let pattern):
                patterns[pattern.folds, default: []].append((index, pattern))
            case .words(let list): lists[list.folds, default: []].append((index, list))
            case .detector(let detector): detectors.append((index, detector))
            }
        }
        raw = patterns.removeValue(forKey: []).map { PatternSet($0, store: store) }
        var folds = Set(patterns.keys).union(lists.keys)
        if !detectors.isEmpty { folds.insert(.detectors) }
        groups = folds.sorted { $0.rawValue < $1.rawValue }.map { folds in
            FoldGroup(
                folds: folds,
                patterns: patterns[folds].map { PatternSet($0, store: store) },
                terms: lists[folds].map { TermIndex($0, folds: folds) },
                detectors: folds == .detectors && !detectors.isEmpty ? DetectorSet(detectors) : nil
            )
        }
    }

    /// How many patterns RE2 tries on every text, because Hyperscan doesn't take them.
    package var slowCount: Int {
        groups.reduce(raw?.slowCount ?? 0) { $0 + ($1.patterns?.slowCount ?? 0) }
    }
}
