/// A folded text written as UTF-8 for patterns, each byte knowing its piece of the original.
///
/// A character said three times or more stands in it once, when repeats are folded; a word that is
/// written letter by letter stands in it as a word.
struct FoldedBytes {
    private var bytes = GrowingBuffer<UInt8>(capacity: 1 << 10)
    private var origins = GrowingBuffer<Origin>(capacity: 1 << 10)

    private struct Origin: BitwiseCopyable {
        let start: UInt32
        let end: UInt32
    }

    func free() {
        bytes.free()
        origins.free()
    }

    /// The folded text. Valid until the next is written.
    var text: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes.base, count: bytes.count)
    }

    /// Writes a folded text.
    mutating func write(_ text: FoldedText, _ spelled: SpelledWords) {
        bytes.removeAll()
        origins.removeAll()
        var index = 0
        for number in 0..<spelled.words.count {
            let word = spelled.words[number]
            while index < word.textFirst {
                append(text.units[index])
                index += 1
            }
            for letter in word.first..<word.end { append(spelled.units[letter]) }
            index = word.textEnd
        }
        while index < text.units.count {
            append(text.units[index])
            index += 1
        }
    }

    /// The piece of the original text that a piece of this one stands for.
    func original(_ span: Span) -> Span {
        Span(start: Int(origins[span.start].start), end: Int(origins[span.end - 1].end))
    }

    private mutating func append(_ unit: FoldUnit) {
        let isSpace = unit.traits.contains(.space)
        let times = isSpace || unit.run >= Self.repeatsMin ? 1 : unit.run
        guard let scalar = Unicode.Scalar(unit.symbol) else { return }
        for _ in 0..<times {
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                bytes.append(byte)
                origins.append(Origin(start: unit.start, end: unit.end))
            }
        }
    }

    /// Characters in a row that are folded to one.
    private static let repeatsMin = 3
}
