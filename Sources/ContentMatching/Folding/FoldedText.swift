import CUnicode

/// A text as one set of folds reads it, each character knowing its piece of the original.
///
/// Its memory is kept from text to text.
struct FoldedText {
    private let scalars: ScalarFold
    private var writer: UnitWriter
    /// Whether characters are normalised together with the marks that follow them.
    private let joinsMarks: Bool

    init(_ folds: FoldSet) {
        scalars = ScalarFold(folds)
        writer = UnitWriter(folds)
        // Without accents there is nothing to be composed.
        joinsMarks = folds.contains(.nfkc) && !folds.contains(.confusables)
    }

    func free() {
        scalars.free()
        writer.free()
    }

    var units: GrowingBuffer<FoldUnit> { writer.units }

    var folds: FoldSet { scalars.folds }

    /// Reads a text, valid UTF-8 of less than 4 GiB.
    mutating func read(_ text: UnsafeRawBufferPointer) {
        writer.removeAll()
        var index = 0
        while index < text.count {
            index = readASCII(text, from: index)
            if index < text.count { index = readSegment(at: index, in: text) }
        }
    }

    /// Reads characters of ASCII, none when another stands there; returns where they end.
    private mutating func readASCII(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = Self.endOfASCII(text, from: start)
        // The last may be normalised together with what follows it.
        if joinsMarks, end < text.count, end > start { end -= 1 }
        writer.reserve(end - start)
        // In registers meanwhile.
        var writer = self.writer
        for index in start..<end {
            writer.append(scalars.ascii(text[index]), index, index + 1)
        }
        self.writer = writer
        return end
    }

    /// Where the next character beyond ASCII stands, or the text's end.
    private static func endOfASCII(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = start
        while end + 8 <= text.count {
            let eight = text.loadUnaligned(fromByteOffset: end, as: UInt64.self)
            let beyond = UInt64(littleEndian: eight) & 0x8080_8080_8080_8080
            if beyond != 0 { return end + beyond.trailingZeroBitCount / 8 }
            end += 8
        }
        while end < text.count, text[end] < 0x80 { end += 1 }
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
            append(scalars.characters(segment), start, end)
        } else if first < 0x80 {
            writer.reserve(1)
            writer.append(scalars.ascii(UInt8(first)), start, end)
        } else if let entry = scalars.entry(of: first) {
            writer.reserve(3)
            if entry.count > 0 { writer.append(entry.first, start, end) }
            if entry.count > 1 { writer.append(entry.second, start, end) }
            if entry.count > 2 { writer.append(entry.third, start, end) }
        } else {
            append(scalars.characters(first), start, end)
        }
        return end
    }

    private mutating func append(_ characters: [ScalarFold.Folded], _ start: Int, _ end: Int) {
        writer.reserve(characters.count)
        for character in characters { writer.append(character, start, end) }
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
