/// Texts in which Hyperscan may miss what RE2 would find: there RE2 is asked at once.
///
/// Hyperscan 5 carries the character tables of PCRE 8 (Unicode 6); RE2's are newer, and a few
/// escapes mean more or less to either.
struct Doubts: OptionSet {
    let rawValue: UInt8

    /// Any text.
    static let everything = Doubts(rawValue: 1)
    /// Texts with a vertical tab.
    static let verticalTab = Doubts(rawValue: 2)
    /// Texts with anything beyond ASCII.
    static let nonASCII = Doubts(rawValue: 4)
    /// Texts with letters that got their case pairs after Unicode 6, or whose pairs are ASCII.
    static let oddLetters = Doubts(rawValue: 8)
}

extension Doubts {
    /// Which of the doubts `text`, valid UTF-8, gives rise to.
    init(raisedBy text: UnsafeRawBufferPointer) {
        var doubts: Doubts = .everything
        var previous: UInt8 = 0
        for byte in text {
            if byte == 0x0B { doubts.insert(.verticalTab) }
            if byte >= 0x80 {
                doubts.insert(.nonASCII)
                if Self.startsOddLetters(previous, byte) { doubts.insert(.oddLetters) }
            }
            previous = byte
        }
        self = doubts
    }

    /// Whether two bytes start a character of a block with younger case pairs: Latin extensions,
    /// phonetic letters, Cyrillic supplements, Georgian capitals, Cherokee, the second plane; or
    /// the long s and the Kelvin sign, which pair with `s` and `k`.
    private static func startsOddLetters(_ first: UInt8, _ second: UInt8) -> Bool {
        switch first {
        case 0xC8, 0xC9, 0xCA, 0xD4, 0xEA: true
        case 0xC5: second == 0xBF
        case 0xE2: second == 0x84
        case 0xE1: [0x8E, 0x8F, 0xB2, 0xB5, 0xB6].contains(second)
        case 0xF0: (0x90..<0x9F).contains(second)
        default: false
        }
    }
}
