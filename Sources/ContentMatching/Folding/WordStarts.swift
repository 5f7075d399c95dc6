/// Where the words of a folded text start.
struct WordStarts {
    /// The indices of units before which no word runs on; white space is left out.
    private(set) var starts = GrowingBuffer<UInt32>(capacity: 1 << 10)
    /// Whether so many letters may stand by themselves, close to each other, that they spell a word.
    private(set) var maySpellWords = false

    func free() {
        starts.free()
    }

    /// Finds them all, without a branch: there is no foretelling where words start.
    mutating func read(_ text: FoldedText) {
        var starts = self.starts
        starts.removeAll(reserving: text.units.count)
        // Whether the last three units are letters, the last one in the lowest bit.
        var letters = 0
        // Which of the last units are letters by themselves, how many, and how many there were at most.
        var lone: UInt64 = 0
        var near = 0
        var most = 0
        for index in 0..<text.units.count {
            let traits = text.units[index].traits
            starts.append(
                unchecked: UInt32(truncatingIfNeeded: index),
                counts: traits.intersection([.startsWord, .space]) == .startsWord
            )
            let isExclamation = traits.contains(.exclamation)
            let isLetter = !isExclamation && !traits.isDisjoint(with: .letter)
            letters = (letters << 1 | (isLetter ? 1 : 0)) & 0b111
            let isLone: UInt64 = letters == 0b010 || isExclamation ? 1 : 0
            near += Int(isLone) - Int(lone >> (Self.window - 1) & 1)
            lone = lone << 1 | isLone
            most = max(most, near)
        }
        self.starts = starts
        // The last unit has none behind it.
        maySpellWords = most + (letters & 0b11 == 0b01 ? 1 : 0) >= SpelledWords.lettersMin
    }

    /// The units that the letters which a word is spelled with may take, one more for that a letter is
    /// known to be by itself only from the unit behind it.
    private static let window = SpelledWords.lettersMin + SpelledWords.gapMax * 2 + 1
}
