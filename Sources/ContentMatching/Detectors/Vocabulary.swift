/// The words and characters that tell a detector to look closer.
///
/// Each word of a text is looked up while it is read, so that detectors need not compare it with
/// theirs.
struct Vocabulary: @unchecked Sendable {
    /// A power of two slots, most of them empty; never written after it was filled, never freed.
    private let slots: UnsafeMutablePointer<Slot>
    /// By byte; likewise.
    private let kinds: UnsafeMutablePointer<Kind>

    /// What words mean to detectors.
    struct Meaning: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// A digit in words, or how often the next one is said.
        static let digit = Meaning(rawValue: 1)
        static let plus = Meaning(rawValue: 2)
        static let at = Meaning(rawValue: 4)
        /// How links begin.
        static let scheme = Meaning(rawValue: 8)
        /// A social network.
        static let network = Meaning(rawValue: 16)
        /// That someone was born, or the end of how that is abbreviated.
        static let birth = Meaning(rawValue: 32)
        /// A dot in words.
        static let dot = Meaning(rawValue: 64)
    }

    /// What a character of a detector's text is.
    struct Kind: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// A letter or digit.
        static let word = Kind(rawValue: 1)
        static let digit = Kind(rawValue: 2)
        /// `@` or `#`.
        static let sign = Kind(rawValue: 4)
        /// May be a dot, or start one, or end a link's scheme.
        static let dot = Kind(rawValue: 8)
        /// What follows goes on an address.
        static let joint = Kind(rawValue: 16)
    }

    /// The bytes of a word, the first one lowest.
    private typealias Key = UInt128

    private struct Slot {
        var key: Key
        var meaning: Meaning
    }

    static let shared = Vocabulary()

    private init() {
        kinds = .allocate(capacity: 256)
        for byte in UInt8.min...UInt8.max {
            let isDigit = DetectorText.isDigit(byte)
            let isLetter = DetectorText.isLetter(byte) || byte == DetectorText.otherLetter
            (kinds + Int(byte)).initialize(
                to: isDigit ? [.word, .digit] : isLetter ? .word : []
            )
        }
        for (kind, signs) in Self.signs {
            for sign in signs.utf8 { kinds[Int(sign)].insert(kind) }
        }
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(key: 0, meaning: []), count: Self.slotCount)
        for (meaning, words) in Self.words {
            for word in words.split(whereSeparator: \.isWhitespace) {
                let key = word.utf8.reversed().reduce(0) { $0 << 8 | Key($1) }
                let slot = slot(of: key)
                slots[slot].key = key
                slots[slot].meaning.insert(meaning)
            }
        }
    }

    /// What a character is.
    @inline(__always)
    func kind(of byte: UInt8) -> Kind {
        kinds[Int(byte)]
    }

    /// What a word means; behind it there are `bytesMax` bytes more that may be read.
    func meaning(of word: UnsafeMutablePointer<UInt8>, count: Int) -> Meaning {
        if count > Self.bytesMax { return [] }
        let bytes = UnsafeRawPointer(word).loadUnaligned(as: Key.self)
        let beyond = (Self.bytesMax - count) * 8
        return slots[slot(of: (Key(littleEndian: bytes) << beyond) >> beyond)].meaning
    }

    /// Where a word stands, or may be put.
    private func slot(of key: Key) -> Int {
        let mixed = UInt64(truncatingIfNeeded: key) ^ UInt64(truncatingIfNeeded: key >> 64) &* 31
        var slot = Int((mixed &* 0x9E37_79B9_7F4A_7C15) >> (64 - Self.slotBits))
        while slots[slot].key != key, slots[slot].key != 0 { slot = (slot + 1) % Self.slotCount }
        return slot
    }

    /// Longer words mean nothing.
    static let bytesMax = 16
    private static let slotBits: UInt64 = 9
    private static let slotCount = 1 << slotBits
    private static let signs: [(Kind, String)] = [
        (.sign, "@#"), (.dot, ".-:([{"), (.joint, "@.-"),
    ]
    private static let words: [(Meaning, String)] = [
        (.digit, "zero oh o one two three four five six seven eight nine double triple"),
        (.plus, "plus"),
        (.at, "at"),
        (.dot, "dot"),
        (.scheme, "http https hxxp hxxps ftp"),
        (.birth, "born dob birthday birthdate bday birth b"),
        (.network, HandleDetector.networks),
    ]
}
