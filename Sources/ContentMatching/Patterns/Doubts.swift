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
    /// Texts with the long s or the Kelvin sign, which pair with `s` and `k`.
    static let asciiTwins = Doubts(rawValue: 4)
    /// Texts with those, or with letters that got their case pairs after Unicode 6.
    static let oddLetters = Doubts(rawValue: 8)
}

extension Doubts {
    /// Which of the doubts an ASCII text gives rise to.
    init(raisedByASCII text: UnsafeRawBufferPointer) {
        self = text.contains(0x0B) ? [.everything, .verticalTab] : .everything
    }

    /// The doubts that the character beginning with these bytes of UTF-8 gives rise to.
    static func raised(byNonASCII first: UInt8, _ second: UInt8) -> Doubts {
        if isTwin(first, second) { return [.asciiTwins, .oddLetters] }
        return startsOddLetters(first, second) ? .oddLetters : []
    }

    /// U+017F, and U+2100 to U+213F, among which U+212A stands.
    private static func isTwin(_ first: UInt8, _ second: UInt8) -> Bool {
        first == 0xC5 && second == 0xBF || first == 0xE2 && second == 0x84
    }

    /// Whether two bytes start a character of a block with younger case pairs: Latin extensions,
    /// phonetic letters, Cyrillic supplements, Georgian capitals, Cherokee, the second plane.
    private static func startsOddLetters(_ first: UInt8, _ second: UInt8) -> Bool {
        switch first {
        case 0xC8, 0xC9, 0xCA, 0xD4, 0xEA: true
        case 0xE1:
            second == 0x8E || second == 0x8F || second == 0xB2 || second == 0xB5
                || second == 0xB6
        case 0xF0: (0x90..<0x9F).contains(second)
        default: false
        }
    }
}
