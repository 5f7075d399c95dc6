/// All matchers of a bundle, compiled together by what they read texts as.
package final class MatcherSet: Sendable {
    /// The matchers; a matcher is named by its index.
    package let matchers: [Matcher]
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

    package init(_ matchers: [Matcher]) {
        self.matchers = matchers
        var patterns: [FoldSet: [(UInt32, Pattern)]] = [:]
        var terms: [FoldSet: [(UInt32, Term)]] = [:]
        var detectors: [(UInt32, Detector)] = []
        for (index, matcher) in matchers.enumerated() {
            let index = UInt32(index)
            switch matcher {
            case .pattern(let pattern):
                patterns[pattern.folds, default: []].append((index, pattern))
            case .term(let term): terms[term.folds, default: []].append((index, term))
            case .detector(let detector): detectors.append((index, detector))
            }
        }
        raw = patterns.removeValue(forKey: []).map(PatternSet.init)
        var folds = Set(patterns.keys).union(terms.keys)
        if !detectors.isEmpty { folds.insert(.detectors) }
        groups = folds.sorted { $0.rawValue < $1.rawValue }.map { folds in
            FoldGroup(
                folds: folds,
                patterns: patterns[folds].map(PatternSet.init),
                terms: terms[folds].map { TermIndex($0, folds: folds) },
                detectors: folds == .detectors && !detectors.isEmpty ? DetectorSet(detectors) : nil
            )
        }
    }

    /// How many patterns RE2 tries on every text, because Hyperscan doesn't take them.
    package var slowCount: Int {
        groups.reduce(raw?.slowCount ?? 0) { $0 + ($1.patterns?.slowCount ?? 0) }
    }
}
