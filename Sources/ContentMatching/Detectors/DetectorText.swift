import CUnicode

/// A text as detectors read it: one byte for each character, lower case, digits of all scripts as
/// ASCII's, nothing invisible, each run of white space one space.
struct DetectorText {
    private var bytes = GrowingBuffer<UInt8>(capacity: 1 << 10)
    private var origins = GrowingBuffer<Origin>(capacity: 1 << 10)
    private(set) var contents: Contents = []

    private struct Origin: BitwiseCopyable {
        let start: UInt32
        let end: UInt32
    }

    /// What a text has anywhere.
    struct Contents: OptionSet {
        let rawValue: UInt8
        static let digit = Contents(rawValue: 1)
    }

    /// Stands for a letter or digit beyond ASCII.
    static let otherLetter: UInt8 = 0x80
    /// Stands for any other character beyond ASCII.
    static let otherSign: UInt8 = 0x81

    func free() {
        bytes.free()
        origins.free()
    }

    /// Reads a text that was folded by `FoldSet.detectors`.
    mutating func read(_ text: FoldedText) {
        bytes.removeAll()
        origins.removeAll()
        contents = []
        for index in 0..<text.units.count {
            let unit = text.units[index]
            let byte = unit.symbol < 0x80 ? UInt8(unit.symbol) : Self.byte(unit)
            if Self.isDigit(byte) { contents.insert(.digit) }
            bytes.append(byte)
            origins.append(Origin(start: unit.start, end: unit.end))
        }
    }

    private static func byte(_ unit: FoldUnit) -> UInt8 {
        if unit.traits.contains(.word) { return otherLetter }
        if cunicode_category(unit.symbol) & cunicode_dashes() != 0 { return UInt8(ascii: "-") }
        return switch unit.symbol {
        case 0xB7, 0x2022, 0x2024, 0x2027, 0x3002: UInt8(ascii: ".")
        default: otherSign
        }
    }

    var count: Int { bytes.count }

    /// The character at an index, 0 beyond the text's edges.
    subscript(index: Int) -> UInt8 {
        index >= 0 && index < bytes.count ? bytes[index] : 0
    }

    /// The piece of the original that a piece of this text stands for.
    func original(_ span: Span) -> Span {
        Span(start: Int(origins[span.start].start), end: Int(origins[span.end - 1].end))
    }

    /// Whether the original has ASCII here too: nothing that only looks like it.
    func isPlain(_ span: Span) -> Bool {
        (span.start..<span.end).allSatisfy { origins[$0].end - origins[$0].start == 1 }
    }
}

extension DetectorText {
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }

    func isDigit(_ index: Int) -> Bool { Self.isDigit(self[index]) }
    func isLetter(_ index: Int) -> Bool { Self.isLetter(self[index]) }
    func isAlphanumeric(_ index: Int) -> Bool { isLetter(index) || isDigit(index) }

    /// Whether a letter or digit of any script stands here.
    func isWord(_ index: Int) -> Bool {
        isAlphanumeric(index) || self[index] == Self.otherLetter
    }

    /// Whether a word starts here.
    func startsWord(_ index: Int) -> Bool {
        isWord(index) && !isWord(index - 1)
    }

    /// Where the word ends that starts here.
    func wordEnd(_ index: Int) -> Int {
        var index = index
        while isWord(index) { index += 1 }
        return index
    }

    /// Where a text that stands here ends, or nil when another stands here.
    func end(of word: StaticString, at index: Int) -> Int? {
        guard index + word.utf8CodeUnitCount <= count else { return nil }
        for offset in 0..<word.utf8CodeUnitCount
        where bytes[index + offset] != word.utf8Start[offset] {
            return nil
        }
        return index + word.utf8CodeUnitCount
    }

    /// Where a word ends that stands here by itself, or nil when another stands here.
    func end(ofWord word: StaticString, at index: Int) -> Int? {
        guard !isWord(index - 1), let end = end(of: word, at: index), !isWord(end) else {
            return nil
        }
        return end
    }

    func skippingSpace(_ index: Int) -> Int {
        self[index] == UInt8(ascii: " ") ? index + 1 : index
    }

    /// Whether one of the words stands in the forty characters before a piece of the text, or the
    /// twenty-five after it.
    func hasContext(_ words: [StaticString], around span: Span) -> Bool {
        let near = max(0, span.start - 40)..<min(count, span.end + 25)
        return near.contains { index in
            startsWord(index) && words.contains { end(ofWord: $0, at: index) != nil }
        }
    }

    /// The number that the digits of a span make; at most four of them.
    func number(_ span: Span) -> Int {
        (span.start..<span.end).reduce(0) { $0 * 10 + Int(self[$1]) - 0x30 }
    }

    /// Reads letters and digits from a place on, past one or two separators between any of them,
    /// until there are `countMax`.
    func spacedCharacters(from start: Int, countMax: Int) -> (characters: [UInt8], ends: [Int]) {
        var characters: [UInt8] = []
        var ends: [Int] = []
        var index = start
        while characters.count < countMax {
            var next = index
            while next < index + 2, Self.separators.contains(self[next]), next > start {
                next += 1
            }
            guard isAlphanumeric(next) else { break }
            characters.append(self[next])
            index = next + 1
            ends.append(index)
        }
        return (characters, ends)
    }

    /// What people put between the characters of a number.
    private static let separators = Array(" -._/,".utf8)
}
