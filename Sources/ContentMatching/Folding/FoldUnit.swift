/// One character of a folded text, and the piece of the original that it stands for.
struct FoldUnit: BitwiseCopyable {
    /// The character, folded.
    var symbol: UInt32
    /// Where its piece of the original starts and ends, in bytes.
    var start: UInt32
    var end: UInt32
    /// How many times in a row it stood there; above 1 only when repeats are folded.
    var run: UInt16
    var traits: Traits

    struct Traits: OptionSet, BitwiseCopyable {
        let rawValue: UInt16

        /// A letter or digit of any script, before leet.
        static let word = Traits(rawValue: 1)
        /// A run of white space.
        static let space = Traits(rawValue: 2)
        /// No word runs across the edge before it.
        static let startsWord = Traits(rawValue: 4)
        /// A sign that leet took for a letter.
        static let sign = Traits(rawValue: 8)
        /// A digit that leet took for a letter.
        static let digit = Traits(rawValue: 16)
        /// It was taken for `i` and may as well be an `l`.
        static let maybeL = Traits(rawValue: 32)
        /// A mark that combines with the character before it.
        static let mark = Traits(rawValue: 64)
        /// Of a script that is written without spaces.
        static let unspaced = Traits(rawValue: 128)
        /// Folded away.
        static let dropped = Traits(rawValue: 256)
        /// Folded away, and part of the character before it all the same: an accent.
        static let accent = Traits(rawValue: 512)
        /// An exclamation mark, which more often ends a word than stands for its `i`.
        static let exclamation = Traits(rawValue: 1024)

        /// What a term's letter may be found in.
        static let letter: Traits = [.word, .sign]
    }
}

extension FoldUnit {
    /// Whether a word would run across the edge between what is found and the character beside it:
    /// a sign counts as a letter only within what is found.
    static func joins(found: Traits, beside: Traits) -> Bool {
        startsWord(found: found, behind: beside).isEmpty
    }

    /// `startsWord`, unless a word would run across the edge before what is found.
    ///
    /// Reckoned without a branch: there is no foretelling where words start.
    @inline(__always)
    static func startsWord(found: Traits, behind: Traits) -> Traits {
        let word = behind.rawValue & 1
        let letter = found.rawValue | found.rawValue >> 3
        let unspaced = (found.rawValue | behind.rawValue) >> 7
        return Traits(rawValue: ((word & letter & ~unspaced & 1) ^ 1) << 2)
    }
}
