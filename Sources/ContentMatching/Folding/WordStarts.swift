/// Where the words of a folded text start.
struct WordStarts {
    /// The indices of units before which no word runs on; white space is left out.
    private(set) var starts = GrowingBuffer<UInt32>(capacity: 1 << 10)
    /// How many letters at most stand by themselves.
    private(set) var loneLetters = 0

    func free() {
        starts.free()
    }

    /// Finds them all, without a branch: there is no foretelling where words start.
    mutating func read(_ text: FoldedText) {
        var starts = self.starts
        starts.removeAll(reserving: text.units.count)
        // Whether the last three units are letters, the last one in the lowest bit.
        var letters = 0
        var lone = 0
        for index in 0..<text.units.count {
            let traits = text.units[index].traits
            starts.append(
                unchecked: UInt32(truncatingIfNeeded: index),
                counts: traits.intersection([.startsWord, .space]) == .startsWord
            )
            let isExclamation = traits.contains(.exclamation)
            let isLetter = !isExclamation && !traits.isDisjoint(with: .letter)
            letters = (letters << 1 | (isLetter ? 1 : 0)) & 0b111
            lone += (letters == 0b010 ? 1 : 0) + (isExclamation ? 1 : 0)
        }
        self.starts = starts
        loneLetters = lone + (letters & 0b11 == 0b01 ? 1 : 0)
    }
}
