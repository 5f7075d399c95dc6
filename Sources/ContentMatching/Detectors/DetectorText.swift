import CUnicode

/// A text as detectors read it: one byte for each character, lower case, digits of all scripts as
/// ASCII's, nothing invisible, each run of white space one space.
struct DetectorText {
    private var bytes = GrowingBuffer<UInt8>(capacity: 1 << 10)
    /// What the text was read from, character by character.
    private var units: GrowingBuffer<FoldUnit>?
    private var words = GrowingBuffer<Word>(capacity: 1 << 8)
    /// Of the words, those that may start with one or two letters and then, perhaps apart, a digit.
    private var codes = GrowingBuffer<Word>(capacity: 1 << 4)
    /// Of the words, those that start with a digit, or are one, or a plus.
    private var numbers = GrowingBuffer<Word>(capacity: 1 << 4)
    /// Where words start and end, by turns.
    private var edges = GrowingBuffer<Int>(capacity: 1 << 10)
    /// Where an `@` or the word `at` stands.
    private(set) var atSigns = GrowingBuffer<Int>(capacity: 1 << 4)
    private(set) var contents = Contents()
    private let vocabulary = Vocabulary.shared

    /// A run of letters and digits of any script.
    struct Word: BitwiseCopyable {
        let start: Int
        let end: Int
        let meaning: Vocabulary.Meaning
    }

    /// Where a detector looks.
    enum Places {
        /// At each word.
        case words
        /// Where one or two letters and then a digit may stand.
        case codes
        /// At digits, written or spoken, and where a plus is said.
        case numbers
    }

    /// What a text has anywhere.
    struct Contents {
        /// How many digits, written or spoken.
        var digits = 0
        var meanings: Vocabulary.Meaning = []
        var hasHash = false
        var hasAtSign = false
    }

    /// Stands for a letter or digit beyond ASCII.
    static let otherLetter: UInt8 = 0x80
    /// Stands for any other character beyond ASCII.
    static let otherSign: UInt8 = 0x81

    func free() {
        bytes.free()
        words.free()
        codes.free()
        numbers.free()
        edges.free()
        atSigns.free()
    }

    var count: Int { bytes.count }

    /// The character at an index, 0 beyond the text's edges.
    subscript(index: Int) -> UInt8 {
        index >= 0 && index < bytes.count ? bytes[index] : 0
    }

    /// The piece of the original that a piece of this text stands for; while what this was read from
    /// is as it was.
    func original(_ span: Span) -> Span {
        guard let units else { preconditionFailure("nothing was read") }
        return Span(start: Int(units[span.start].start), end: Int(units[span.end - 1].end))
    }

    /// Whether the original has ASCII here too: nothing that only looks like it.
    func isPlain(_ span: Span) -> Bool {
        (span.start..<span.end).allSatisfy {
            let one = original(Span(start: $0, end: $0 + 1))
            return one.end - one.start == 1
        }
    }

    /// Appends what `find` gives for each word that starts behind what it gave before.
    @inline(__always)
    func appendSpans(to spans: inout [Span], at places: Places, _ find: (Word) -> Span?) {
        let words =
            switch places {
            case .words: words
            case .codes: codes
            case .numbers: numbers
            }
        var from = 0
        for index in 0..<words.count where words[index].start >= from {
            guard let span = find(words[index]) else { continue }
            spans.append(span)
            from = span.end
        }
    }
}

extension DetectorText {
    /// Reads a text that was folded by `FoldSet.detectors`.
    mutating func read(_ text: FoldedText) {
        units = text.units
        codes.removeAll()
        numbers.removeAll()
        atSigns.removeAll()
        contents = Contents()
        readBytes(text.units)
        words.removeAll(reserving: edges.count / 2)
        for index in stride(from: 0, to: edges.count, by: 2) {
            appendWord(edges[index], edges[index + 1])
        }
        // Signs come before words.
        if contents.meanings.contains(.at) { atSigns.sort() }
    }

    /// Finds the edges of words without a branch: there is no foretelling where they are.
    private mutating func readBytes(_ units: GrowingBuffer<FoldUnit>) {
        var bytes = self.bytes
        bytes.removeAll(reserving: units.count + Vocabulary.bytesMax)
        var edges = self.edges
        edges.removeAll(reserving: units.count + 1)
        var wasWord = false
        var digits = 0
        for index in 0..<units.count {
            let unit = units[index]
            let byte = unit.symbol < 0x80 ? UInt8(unit.symbol) : Self.byte(unit)
            bytes.append(unchecked: byte)
            let kind = vocabulary.kind(of: byte)
            edges.append(unchecked: index, counts: kind.contains(.word) != wasWord)
            wasWord = kind.contains(.word)
            digits += kind.contains(.digit) ? 1 : 0
            if kind.contains(.sign) { append(byte, index) }
        }
        edges.append(unchecked: units.count, counts: wasWord)
        self.bytes = bytes
        self.edges = edges
        contents.digits = digits
    }

    private mutating func append(_ sign: UInt8, _ index: Int) {
        if sign == UInt8(ascii: "@") {
            atSigns.append(index)
            contents.hasAtSign = true
        } else {
            contents.hasHash = true
        }
    }

    private mutating func appendWord(_ start: Int, _ end: Int) {
        let meaning = vocabulary.meaning(of: bytes.base + start, count: end - start)
        let word = Word(start: start, end: end, meaning: meaning)
        words.append(unchecked: word)
        if mayStartCode(start, end) { codes.append(word) }
        if isDigit(start) || !meaning.isDisjoint(with: [.digit, .plus]) { numbers.append(word) }
        if meaning.isEmpty { return }
        contents.meanings.formUnion(meaning)
        if meaning.contains(.digit) { contents.digits += 2 }
        if meaning.contains(.at) { atSigns.append(start) }
    }

    private func mayStartCode(_ start: Int, _ end: Int) -> Bool {
        guard isLetter(start) else { return false }
        switch end - start {
        case 1: return true
        case 2 where isLetter(start + 1): return isDigit(end + 1) || isDigit(end + 2)
        default: return !isLetter(start + 1) || !isLetter(start + 2)
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
}

extension DetectorText {
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }

    func kind(_ index: Int) -> Vocabulary.Kind { vocabulary.kind(of: self[index]) }
    func isDigit(_ index: Int) -> Bool { Self.isDigit(self[index]) }
    func isLetter(_ index: Int) -> Bool { Self.isLetter(self[index]) }
    func isAlphanumeric(_ index: Int) -> Bool { isLetter(index) || isDigit(index) }

    /// Whether a letter or digit of any script stands here.
    func isWord(_ index: Int) -> Bool {
        kind(index).contains(.word)
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
        guard index >= 0, index + word.utf8CodeUnitCount <= count else { return nil }
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
}
