/// Reads letters and digits of a text one by one, past one or two separators between any of them:
/// `IE29 AIBK`, `1 2 3 4`, `12-34`.
struct SpacedCharacters {
    private let text: DetectorText
    private let start: Int
    /// Where the last character that was read ends.
    private(set) var end: Int

    init(_ text: DetectorText, from start: Int) {
        self.text = text
        self.start = start
        end = start
    }

    /// Whether nothing goes on with the last character as one word.
    var endsWord: Bool { !text.isWord(end) }

    /// The next letter or digit, or nil when something else stands there.
    mutating func next() -> UInt8? {
        var index = end
        while index < end + 2, index > start, Self.isSeparator(text[index]) { index += 1 }
        guard text.isAlphanumeric(index) else { return nil }
        end = index + 1
        return text[index]
    }

    /// The next letter, or nil.
    mutating func letter() -> UInt8? {
        next().flatMap { DetectorText.isLetter($0) ? $0 : nil }
    }

    /// The value of the next digit, or nil.
    mutating func digit() -> Int? {
        next().flatMap { DetectorText.isDigit($0) ? Int($0) - 0x30 : nil }
    }

    /// What people put between the characters of a number.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "/"), UInt8(ascii: ","):
            true
        default: false
        }
    }
}

extension UInt32 {
    /// Up to four characters in one number, to be looked up.
    init(characters: some Sequence<UInt8>) {
        self = characters.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// With one character more.
    func appending(_ character: UInt8) -> UInt32 {
        self << 8 | UInt32(character)
    }
}
