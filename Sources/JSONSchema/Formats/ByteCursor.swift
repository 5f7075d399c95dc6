/// Reads the UTF-8 of a string from its start, without allocating.
struct ByteCursor {
    private let bytes: UnsafeRawBufferPointer
    private(set) var place = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { place == bytes.count }
    var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    /// What hasn't been read.
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[place...]) }

    /// Passes one byte if it is the given one.
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        place += 1
        return true
    }

    /// Passes one byte if it belongs to a class.
    mutating func take(_ isMember: (UInt8) -> Bool) -> Bool {
        guard let next, isMember(next) else { return false }
        place += 1
        return true
    }

    /// Passes all bytes of a class and tells how many they were.
    mutating func takeAll(_ isMember: (UInt8) -> Bool) -> Int {
        let start = place
        while let next, isMember(next) { place += 1 }
        return place - start
    }

    /// The number of exactly so many decimal digits.
    mutating func number(digits: Int) -> Int? {
        var number = 0
        for _ in 0..<digits {
            guard let digit = next, isDigit(digit) else { return nil }
            number = number * 10 + Int(digit - 0x30)
            place += 1
        }
        return number
    }

    /// The next scalar of text that is known to be UTF-8.
    mutating func scalar() -> UInt32? {
        guard let lead = next else { return nil }
        place += 1
        guard lead >= 0xC0 else { return UInt32(lead) }
        var scalar = UInt32(lead) & (lead < 0xE0 ? 0x1F : lead < 0xF0 ? 0x0F : 0x07)
        while let byte = next, byte & 0xC0 == 0x80 {
            scalar = scalar << 6 | UInt32(byte & 0x3F)
            place += 1
        }
        return scalar
    }

    /// The bytes before the next one of a value (or all that are left), which is passed, too.
    mutating func part(before byte: UInt8) -> UnsafeRawBufferPointer {
        let start = place
        while let next, next != byte { place += 1 }
        defer { if !isAtEnd { place += 1 } }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<place])
    }
}

func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 6 }
