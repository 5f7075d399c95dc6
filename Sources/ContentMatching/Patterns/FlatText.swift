/// A copy of a text in which every character is one byte, for expressions that name none beyond
/// ASCII: to them all of those look alike.
///
/// Hyperscan scans bytes at a third of the time that it takes for UTF-8, and compiles them much
/// faster. The copy's memory is kept from text to text.
struct FlatText {
    private var buffer: UnsafeMutableRawBufferPointer
    /// What the last text gave rise to.
    private(set) var doubts: Doubts = []

    init() {
        buffer = .allocate(byteCount: Self.bytesAtFirst, alignment: 16)
    }

    func free() {
        buffer.deallocate()
    }

    /// The flat copy of `text`, valid UTF-8; the text itself when it is ASCII. Valid until the next.
    mutating func flatten(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        if Self.isASCII(text) {
            doubts = Doubts(raisedByASCII: text)
            return text
        }
        if buffer.count < text.count {
            buffer.deallocate()
            buffer = .allocate(byteCount: text.count * 2, alignment: 16)
        }
        return copy(text)
    }

    private mutating func copy(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var raised: Doubts = .everything
        var count = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                if byte == 0x0B { raised.insert(.verticalTab) }
                buffer[count] = byte
                index += 1
            } else {
                let second = index + 1 < text.count ? text[index + 1] : 0
                let third = index + 2 < text.count ? text[index + 2] : 0
                raised.formUnion(.raised(byNonASCII: byte, second))
                buffer[count] = Self.flat(byte, second, third)
                index += byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            }
            count += 1
        }
        doubts = raised
        return UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }

    /// What stands for a character beyond ASCII: its twin when it has one, so that terms find it.
    private static func flat(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt8 {
        if first == 0xC5, second == 0xBF { return UInt8(ascii: "s") }
        if first == 0xE2, second == 0x84, third == 0xAA { return UInt8(ascii: "k") }
        return 0x80
    }

    private static func isASCII(_ text: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        var all: UInt64 = 0
        while index + 8 <= text.count {
            all |= text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < text.count {
            all |= UInt64(text[index])
            index += 1
        }
        return all & 0x8080_8080_8080_8080 == 0
    }

    /// Enough for any chat message; longer texts make it grow.
    private static let bytesAtFirst = 16 << 10
}
