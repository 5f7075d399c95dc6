import CUnicode

/// A text as one set of folds reads it, each character knowing its piece of the original.
///
/// Its memory is kept from text to text.
struct FoldedText {
    private let scalars: ScalarFold
    private(set) var units: GrowingBuffer<FoldUnit>
    /// The traits of the last character that is no mark.
    private var before: FoldUnit.Traits = .space
    private let foldsRepeats: Bool
    /// Whether characters are normalised together with the marks that follow them.
    private let joinsMarks: Bool

    init(_ folds: FoldSet) {
        scalars = ScalarFold(folds)
        units = GrowingBuffer(capacity: 1 << 10)
        foldsRepeats = folds.contains(.repeats)
        // Without accents there is nothing to be composed.
        joinsMarks = folds.contains(.nfkc) && !folds.contains(.confusables)
    }

    func free() {
        scalars.free()
        units.free()
    }

    var folds: FoldSet { scalars.folds }

    /// Reads a text, valid UTF-8 of less than 4 GiB.
    mutating func read(_ text: UnsafeRawBufferPointer) {
        units.removeAll()
        before = .space
        var index = 0
        while index < text.count {
            index = readASCII(text, from: index)
            if index < text.count { index = readSegment(at: index, in: text) }
        }
    }

    /// Reads characters of ASCII, none when another stands there; returns where they end.
    private mutating func readASCII(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = start
        while end < text.count, text[end] < 0x80 { end += 1 }
        // The last may be normalised together with what follows it.
        if joinsMarks, end < text.count, end > start { end -= 1 }
        units.reserve(end - start)
        for index in start..<end {
            let folded = scalars.ascii(text[index])
            append(folded, index, index + 1)
        }
        return end
    }

    /// Reads a character beyond ASCII, or one with what it combines with; returns where it ends.
    private mutating func readSegment(at start: Int, in text: UnsafeRawBufferPointer) -> Int {
        let (first, afterFirst) = Self.decode(text, at: start)
        var segment: [UInt32] = []
        var end = afterFirst
        while joinsMarks, end < text.count, text[end] >= 0x80, segment.count < Self.segmentMax {
            let (next, after) = Self.decode(text, at: end)
            if cunicode_starts_nfkc(next) { break }
            if segment.isEmpty { segment.append(first) }
            segment.append(next)
            end = after
        }
        if !segment.isEmpty {
            for folded in scalars.characters(segment) { append(folded, start, end) }
        } else if first < 0x80 {
            append(scalars.ascii(UInt8(first)), start, end)
        } else if let entry = scalars.entry(of: first) {
            if entry.count > 0 { append(entry.first, start, end) }
            if entry.count > 1 { append(entry.second, start, end) }
            if entry.count > 2 { append(entry.third, start, end) }
        } else {
            for folded in scalars.characters([first]) { append(folded, start, end) }
        }
        return end
    }

    @inline(__always)
    private mutating func append(_ folded: ScalarFold.Folded, _ start: Int, _ end: Int) {
        var traits = folded.traits
        let last = units.count - 1
        if traits.contains(.dropped) {
            if traits.contains(.accent), last >= 0 { units.base[last].end = UInt32(end) }
            return
        }
        if last >= 0, units[last].symbol == folded.symbol, merges(traits, units[last].traits) {
            units.base[last].end = UInt32(end)
            if units[last].run < .max { units.base[last].run += 1 }
            if traits.contains(.word) { units.base[last].traits.insert(.word) }
            before.formUnion(traits)
            return
        }
        if traits.contains(.mark) {
            traits.insert(.startsWord)
        } else {
            if !FoldUnit.joins(found: traits, beside: before) { traits.insert(.startsWord) }
            before = traits
        }
        units.append(
            FoldUnit(
                symbol: folded.symbol,
                start: UInt32(start),
                end: UInt32(end),
                run: 1,
                traits: traits
            )
        )
    }

    /// Whether a character goes into the one before it, which is folded to the same.
    private func merges(_ new: FoldUnit.Traits, _ last: FoldUnit.Traits) -> Bool {
        if new.contains(.space) { return last.contains(.space) }
        return foldsRepeats && new.contains(.exclamation) == last.contains(.exclamation)
    }

    /// The scalar at an offset, and where it ends.
    private static func decode(
        _ text: UnsafeRawBufferPointer,
        at offset: Int
    ) -> (scalar: UInt32, end: Int) {
        let lead = text[offset]
        if lead < 0x80 { return (UInt32(lead), offset + 1) }
        let width = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var value = UInt32(lead) & (0xFF >> UInt32(width + 1))
        for index in offset + 1..<min(offset + width, text.count) {
            value = value << 6 | UInt32(text[index] & 0x3F)
        }
        return (value, min(offset + width, text.count))
    }

    /// Characters that are normalised together: Unicode's Stream-Safe texts (UAX #15) have at most
    /// thirty marks in a row; more would take ICU quadratic time.
    private static let segmentMax = 31
}
