/// A way in which texts that differ to a machine are the same to a reader; policy files name them.
package enum Fold: String, CaseIterable, Sendable {
    /// Compatibility forms of Unicode: full-width, ligatures, mathematical letters (UAX #15).
    case nfkc
    /// What is not seen: zero-width characters, tags, variation selectors, soft hyphens,
    /// directional controls, control characters.
    case invisible
    /// Letters of other scripts that look like others (UTS #39), and accents. What is ASCII stays:
    /// `rn` is no `m`, so that `burn` is no `bum`.
    case confusables
    /// Upper and lower case.
    case `case`
    /// Digits and signs that stand for letters: `0` for `o`, `$` for `s`.
    case leet
    /// A character said three times or more, for one or two of it.
    case repeats
    /// Words written letter by letter, with something between all of them.
    case spaces
}

/// The folds that a list or pattern declares.
package struct FoldSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}

extension FoldSet {
    static let nfkc = FoldSet(.nfkc)
    static let invisible = FoldSet(.invisible)
    static let confusables = FoldSet(.confusables)
    package static let `case` = FoldSet(.case)
    static let leet = FoldSet(.leet)
    static let repeats = FoldSet(.repeats)
    static let spaces = FoldSet(.spaces)
    /// What detectors read.
    static let detectors: FoldSet = [.nfkc, .invisible, .confusables, .case]

    package init(_ fold: Fold) {
        let index = Fold.allCases.firstIndex(of: fold) ?? 0
        self.init(rawValue: 1 << UInt8(index))
    }

    package init(_ folds: some Sequence<Fold>) {
        self = folds.reduce(into: []) { $0.insert(FoldSet($1)) }
    }
}
