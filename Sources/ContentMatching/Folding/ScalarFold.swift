import CUnicode

/// Folds single characters, as one set of folds asks for; remembers what it found.
///
/// Each thread has its own. ASCII is a table; of the others a thousand are remembered.
struct ScalarFold {
    let folds: FoldSet
    private let ascii: UnsafeMutablePointer<Folded>
    private let cache: UnsafeMutablePointer<Entry>
    private let long = LongFoldings()

    /// A character after folding.
    struct Folded: BitwiseCopyable {
        var symbol: UInt32
        var traits: FoldUnit.Traits
    }

    /// What is remembered of a character: up to three that it folds to.
    struct Entry: BitwiseCopyable {
        var scalar: UInt32 = .max
        var count = 0
        var first = Folded(symbol: 0, traits: [])
        var second = Folded(symbol: 0, traits: [])
        var third = Folded(symbol: 0, traits: [])
    }

    /// Foldings of more than three characters.
    private final class LongFoldings {
        var known: [UInt32: [Folded]] = [:]
    }

    init(_ folds: FoldSet) {
        self.folds = folds
        ascii = .allocate(capacity: 128)
        for character in 0..<UInt8(128) {
            (ascii + Int(character)).initialize(to: Self.folded(character, folds))
        }
        cache = .allocate(capacity: Self.entries)
        cache.initialize(repeating: Entry(), count: Self.entries)
    }

    func free() {
        ascii.deallocate()
        cache.deallocate()
    }

    /// What an ASCII character is folded to.
    @inline(__always)
    func ascii(_ character: UInt8) -> Folded {
        ascii[Int(character)]
    }

    /// What a character beyond ASCII is folded to, or nil when that is more than three characters.
    func entry(of scalar: UInt32) -> Entry? {
        let slot = cache + Int((scalar &* 0x9E37_79B1) >> 22)
        if slot.pointee.scalar != scalar {
            if long.known[scalar] != nil { return nil }
            let folded = characters([scalar])
            if folded.count > 3 { return nil }
            slot.pointee = Self.entry(scalar, folded)
        }
        return slot.pointee
    }

    /// What a character is folded to that has no entry, because that is long: Unicode has some hundred
    /// such, ﷺ the longest.
    func characters(_ scalar: UInt32) -> [Folded] {
        if let known = long.known[scalar] { return known }
        let folded = characters([scalar])
        if long.known.count >= Self.entries { long.known = [:] }
        long.known[scalar] = folded
        return folded
    }

    /// What a piece of text is folded to, at most 32 characters of which one starts and the others
    /// combine with it.
    func characters(_ scalars: [UInt32]) -> [Folded] {
        var scalars = folds.contains(.nfkc) ? Self.nfkc(scalars) : scalars
        let isAccent = scalars.allSatisfy(Lookalikes.isAccent)
        if folds.contains(.invisible) {
            scalars.removeAll(where: Self.isInvisible)
        }
        if folds.contains(.confusables) {
            scalars = scalars.flatMap { $0 < 0x80 ? [$0] : Lookalikes.shared.of($0) }
        }
        if folds.contains(.case) { scalars = scalars.map(cunicode_fold_case) }
        if scalars.isEmpty {
            return [Folded(symbol: 0, traits: isAccent ? [.dropped, .accent] : .dropped)]
        }
        return scalars.map { $0 < 0x80 ? ascii(UInt8($0)) : Self.folded($0) }
    }

    private static func entry(_ scalar: UInt32, _ folded: [Folded]) -> Entry {
        var entry = Entry(scalar: scalar, count: folded.count)
        if folded.count > 0 { entry.first = folded[0] }
        if folded.count > 1 { entry.second = folded[1] }
        if folded.count > 2 { entry.third = folded[2] }
        return entry
    }

    private static func folded(_ character: UInt8, _ folds: FoldSet) -> Folded {
        let isLetter = character | 0x20 >= 0x61 && character | 0x20 <= 0x7A
        let isDigit = character >= 0x30 && character <= 0x39
        if character == 0x20 || character >= 9 && character <= 13 {
            return Folded(symbol: 0x20, traits: .space)
        }
        if folds.contains(.invisible), character < 0x20 || character == 0x7F {
            return Folded(symbol: 0, traits: .dropped)
        }
        if folds.contains(.case), isLetter {
            return Folded(symbol: UInt32(character | 0x20), traits: .word)
        }
        if folds.contains(.leet), let letter = Leet.letter(character) {
            var traits: FoldUnit.Traits = isDigit ? [.word, .digit] : .sign
            if Leet.maybeL(character) { traits.insert(.maybeL) }
            if character == UInt8(ascii: "!") { traits.insert(.exclamation) }
            return Folded(symbol: UInt32(letter), traits: traits)
        }
        return Folded(symbol: UInt32(character), traits: isLetter || isDigit ? .word : [])
    }

    private static func folded(_ scalar: UInt32) -> Folded {
        if cunicode_is_space(scalar) { return Folded(symbol: 0x20, traits: .space) }
        let category = cunicode_category(scalar)
        var traits: FoldUnit.Traits = []
        if category & cunicode_letters_and_numbers() != 0 { traits.insert(.word) }
        if category & cunicode_marks() != 0 || scalar == 0x200D { traits.insert(.mark) }
        if WordBoundary.isUnspaced(scalar) { traits.insert(.unspaced) }
        return Folded(symbol: scalar, traits: traits)
    }

    private static func isInvisible(_ scalar: UInt32) -> Bool {
        if scalar < 0x20 || scalar >= 0x7F && scalar < 0xA0 { return !cunicode_is_space(scalar) }
        return cunicode_is_ignorable(scalar) || scalar >= 0xFFF9 && scalar <= 0xFFFB
    }

    private static func nfkc(_ scalars: [UInt32]) -> [UInt32] {
        var result = [UInt32](repeating: 0, count: Int(cunicode_result_max))
        let count = result.withUnsafeMutableBufferPointer {
            cunicode_nfkc(scalars, Int32(scalars.count), $0.baseAddress)
        }
        return count < 0 ? scalars : Array(result[..<Int(count)])
    }

    /// A power of two: the ten bits that the hash leaves.
    private static let entries = 1 << 10
}
