/// Random numbers that are the same for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter words: what the numbers are for, so that they don't depend on what else is drawn.
    init(seed: UInt64, for words: [String]) {
        // FNV-1a.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
        for byte in words.joined(separator: "\u{0}").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        state = hash
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// One of some things; nil when there are none.
    mutating func one<Element>(of elements: [Element]) -> Element? {
        elements.randomElement(using: &self)
    }

    /// One at least, sometimes all, `most` at most.
    mutating func some(of elements: [Int], most: Int = .max) -> Set<Int> {
        guard !elements.isEmpty else { return [] }
        let count = Int.random(in: 1...min(most, elements.count), using: &self)
        return Set(elements.shuffled(using: &self).prefix(count))
    }
}
