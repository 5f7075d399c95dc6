/// The words that tell a detector to look closer.
///
/// Each word of a text is looked up while it is read, so that detectors need not compare it with
/// theirs.
struct Vocabulary: @unchecked Sendable {
    /// A power of two slots, most of them empty; never written after it was filled, never freed.
    private let slots: UnsafeMutablePointer<Slot>

    /// The bytes of a word, the first one highest.
    typealias Key = UInt128

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
    }

    private struct Slot {
        var key: Key
        var meaning: Meaning
    }

    static let shared = Vocabulary()

    /// Longer words mean nothing.
    static let bytesMax = 16

    private init() {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(key: 0, meaning: []), count: Self.slotCount)
        for (meaning, words) in Self.words {
            for word in words.split(whereSeparator: \.isWhitespace) {
                let key = word.utf8.reduce(0) { $0 << 8 | Key($1) }
                let slot = slot(of: key)
                slots[slot].key = key
                slots[slot].meaning.insert(meaning)
            }
        }
    }

    /// What a word of at most `bytesMax` bytes means.
    func meaning(of key: Key) -> Meaning {
        slots[slot(of: key)].meaning
    }

    /// Where a word stands, or may be put.
    private func slot(of key: Key) -> Int {
        let mixed = UInt64(truncatingIfNeeded: key) ^ UInt64(truncatingIfNeeded: key >> 64) &* 31
        var slot = Int((mixed &* 0x9E37_79B9_7F4A_7C15) >> (64 - Self.slotBits))
        while slots[slot].key != key, slots[slot].key != 0 { slot = (slot + 1) % Self.slotCount }
        return slot
    }

    private static let slotBits: UInt64 = 9
    private static let slotCount = 1 << slotBits
    private static let words: [(Meaning, String)] = [
        (
            .digit,
            "zero oh o one two three four five six seven eight nine double triple"
        ),
        (.plus, "plus"),
        (.at, "at"),
        (.scheme, "http https hxxp hxxps ftp"),
        (.birth, "born dob birthday birthdate bday birth b"),
        (.network, HandleDetector.networks),
    ]
}
