/// Writes the characters of a folded text one after the other: joins what stands in a row, tells
/// where words start.
struct UnitWriter {
    private(set) var units = GrowingBuffer<FoldUnit>(capacity: 1 << 10)
    /// The traits of the last character that is no mark.
    private var before: FoldUnit.Traits = .space
    private var lastSymbol = UInt32.max
    private let foldsRepeats: Bool

    init(_ folds: FoldSet) {
        foldsRepeats = folds.contains(.repeats)
    }

    func free() {
        units.free()
    }

    mutating func removeAll() {
        units.removeAll()
        before = .space
        lastSymbol = .max
    }

    mutating func reserve(_ room: Int) {
        units.reserve(room)
    }

    /// Appends a character that stands for these bytes of the original; there is room, by `reserve`.
    @inline(__always)
    mutating func append(_ folded: ScalarFold.Folded, _ start: Int, _ end: Int) {
        var traits = folded.traits
        let last = units.count - 1
        if traits.contains(.dropped) {
            if traits.contains(.accent), last >= 0 { units.base[last].end = UInt32(end) }
            return
        }
        if merges(folded) {
            units.base[last].end = UInt32(truncatingIfNeeded: end)
            if units[last].run < .max { units.base[last].run += 1 }
            if traits.contains(.word) { units.base[last].traits.insert(.word) }
            before.formUnion(traits)
            return
        }
        if traits.contains(.mark) {
            traits.insert(.startsWord)
        } else {
            traits.formUnion(FoldUnit.startsWord(found: traits, behind: before))
            before = traits
        }
        lastSymbol = folded.symbol
        units.append(
            unchecked: FoldUnit(
                symbol: folded.symbol,
                start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end),
                run: 1,
                traits: traits
            )
        )
    }

    /// Whether a character goes into the one before it, which is folded to the same.
    @inline(__always)
    private func merges(_ folded: ScalarFold.Folded) -> Bool {
        guard folded.symbol == lastSymbol, foldsRepeats || folded.traits.contains(.space) else {
            return false
        }
        let last = units[units.count - 1].traits
        if folded.traits.contains(.space) { return last.contains(.space) }
        return folded.traits.contains(.exclamation) == last.contains(.exclamation)
    }
}
