/// The words of a folded text that are written letter by letter: `l o s e r`, `l.o.s.e.r`.
struct SpelledWords {
    /// Their letters, one word after the other.
    private(set) var units: GrowingBuffer<FoldUnit>
    private(set) var words: GrowingBuffer<Word>

    struct Word: BitwiseCopyable {
        /// Which of `units` are its letters.
        var first: Int
        var end: Int
        /// Which units of the text it takes.
        var textFirst: Int
        var textEnd: Int
    }

    init() {
        units = GrowingBuffer(capacity: 256)
        words = GrowingBuffer(capacity: 32)
    }

    func free() {
        units.free()
        words.free()
    }

    /// Finds none.
    mutating func removeAll() {
        units.removeAll()
        words.removeAll()
    }

    /// Finds them all: three letters or more, each with one to three other characters after it.
    mutating func read(_ text: FoldedText) {
        units.removeAll()
        words.removeAll()
        let all = text.units
        let foldsRepeats = text.folds.contains(.repeats)
        var word = Word(first: 0, end: 0, textFirst: 0, textEnd: 0)
        var letters = 0
        var index = 0
        while index < all.count {
            guard Self.isLetter(all, index) else {
                if Self.endsSentence(all[index]) { close(&word, &letters) }
                index += 1
                continue
            }
            let isAlone = !Self.isLetter(all, index + 1)
            if !isAlone || letters > 0 && index - word.textEnd > Self.gapMax {
                close(&word, &letters)
            }
            if isAlone {
                if letters == 0 { word.textFirst = index }
                letters += 1
                word.textEnd = index + 1
                append(all[index], to: word, merging: foldsRepeats)
                index += 1
            } else {
                while Self.isLetter(all, index) { index += 1 }
            }
        }
        close(&word, &letters)
    }

    private static func endsSentence(_ unit: FoldUnit) -> Bool {
        unit.symbol == UInt8(ascii: "?") || unit.symbol == UInt8(ascii: "!")
            || unit.traits.contains(.exclamation)
    }

    /// Whether a unit is a letter: an exclamation mark is one by itself, before something else.
    private static func isLetter(_ units: GrowingBuffer<FoldUnit>, _ index: Int) -> Bool {
        guard index < units.count else { return false }
        let traits = units[index].traits
        guard traits.contains(.exclamation) else { return !traits.isDisjoint(with: .letter) }
        return index > 0 && index + 1 < units.count
            && units[index - 1].traits.isDisjoint(with: .letter)
            && units[index + 1].traits.isDisjoint(with: .letter)
    }

    private mutating func append(_ unit: FoldUnit, to word: Word, merging: Bool) {
        let last = units.count - 1
        if merging, last >= word.first, units[last].symbol == unit.symbol {
            units.base[last].end = unit.end
            units.base[last].run = units[last].run &+ min(unit.run, .max - units[last].run)
        } else {
            units.append(unit)
        }
    }

    /// Ends the word: keeps it when it is long enough.
    private mutating func close(_ word: inout Word, _ letters: inout Int) {
        word.end = units.count
        if letters >= Self.lettersMin {
            words.append(word)
            word.first = units.count
        } else if letters > 0 {
            // Its few letters are skipped: the next word starts behind them.
            word.first = units.count
        }
        letters = 0
    }

    /// Fewer single letters in a row are initials.
    static let lettersMin = 3
    /// Characters that may stand between two letters; white space counts as one.
    static let gapMax = 3
}
