/// The head of a frame (RFC 6455, section 5.2), read and checked by itself.
struct FrameHeader {
    var isFinal: Bool
    var opcode: Opcode
    /// Payload bytes.
    var count: Int
    /// The key as it stands in memory; nil when the frame is not masked.
    var mask: UInt32?
    /// Bytes of the head itself.
    var size: Int

    /// The most that a head can have: two bytes, eight of length, four of mask.
    static let sizeMax = 14

    enum Reading {
        /// So many bytes are needed to know more.
        case needs(Int)
        case header(FrameHeader)
        case failed(StaticString)
    }

    /// Reads a head from the first bytes of a frame.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        guard bytes.count >= 2 else { return .needs(2) }
        guard bytes[0] & 0x70 == 0 else { return .failed("A reserved bit is set.") }
        guard let opcode = Opcode(rawValue: bytes[0] & 0x0F) else {
            return .failed("The opcode is not known.")
        }
        let isFinal = bytes[0] & 0x80 != 0
        let isMasked = bytes[1] & 0x80 != 0
        let short = Int(bytes[1] & 0x7F)
        if opcode.isControl {
            guard isFinal else { return .failed("A control frame is fragmented.") }
            guard short <= 125 else { return .failed("A control frame has more than 125 bytes.") }
        }
        let lengthSize = short == 126 ? 2 : short == 127 ? 8 : 0
        let size = 2 + lengthSize + (isMasked ? 4 : 0)
        guard bytes.count >= size else { return .needs(size) }
        var count = UInt64(short)
        if lengthSize == 2 {
            count = UInt64(
                UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            )
            guard count > 125 else { return .failed("The length is not in its shortest form.") }
        } else if lengthSize == 8 {
            count = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            guard count > 0xFFFF else { return .failed("The length is not in its shortest form.") }
            guard count <= UInt64(Int.max) else {
                return .failed("The length has its top bit set.")
            }
        }
        let mask =
            isMasked ? bytes.loadUnaligned(fromByteOffset: size - 4, as: UInt32.self) : nil
        return .header(
            FrameHeader(
                isFinal: isFinal,
                opcode: opcode,
                count: Int(count),
                mask: mask,
                size: size
            )
        )
    }
}
