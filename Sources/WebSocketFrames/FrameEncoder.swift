/// Writes WebSocket frames (RFC 6455, section 5.2), always whole messages in their shortest form.
package enum FrameEncoder {
    /// Bytes of a close frame's reason: a control frame's 125 less the code.
    package static let reasonBytesMax = 123

    /// Appends a frame's head.
    ///
    /// - Parameter mask: the key of a client's frame, in memory order; nil for a server's.
    package static func appendHeader(
        opcode: Opcode,
        payloadCount: Int,
        mask: UInt32? = nil,
        to bytes: inout [UInt8]
    ) {
        bytes.append(0x80 | opcode.rawValue)
        let flag: UInt8 = mask == nil ? 0 : 0x80
        switch payloadCount {
        case ...125: bytes.append(flag | UInt8(payloadCount))
        case ...0xFFFF:
            bytes.append(flag | 126)
            bytes.append(UInt8(payloadCount >> 8))
            bytes.append(UInt8(payloadCount & 0xFF))
        default:
            bytes.append(flag | 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: payloadCount >> shift))
            }
        }
        if let mask { withUnsafeBytes(of: mask) { bytes.append(contentsOf: $0) } }
    }

    /// Appends a whole frame.
    package static func append(
        _ payload: UnsafeRawBufferPointer,
        opcode: Opcode,
        mask: UInt32? = nil,
        to bytes: inout [UInt8]
    ) {
        appendHeader(opcode: opcode, payloadCount: payload.count, mask: mask, to: &bytes)
        let start = bytes.count
        bytes.append(contentsOf: payload)
        guard let mask else { return }
        bytes.withUnsafeMutableBytes {
            Mask.apply(mask, phase: 0, to: UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
        }
    }

    /// How many bytes the first of some whole frames has, head and payload, as a server writes them.
    ///
    /// - Precondition: they begin with a frame of this encoder's, without a mask.
    package static func byteCount(ofFrameIn frames: UnsafeRawBufferPointer) -> Int {
        switch frames[1] {
        case 127:
            10 + Int(UInt64(bigEndian: frames.loadUnaligned(fromByteOffset: 2, as: UInt64.self)))
        case 126:
            4 + Int(UInt16(bigEndian: frames.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        case let count: 2 + Int(count)
        }
    }

    /// Appends a close frame; the reason is cut between two characters where it is too long.
    ///
    /// - Parameter code: nil for a frame without payload.
    package static func appendClose(
        code: UInt16?,
        reason: String,
        mask: UInt32? = nil,
        to bytes: inout [UInt8]
    ) {
        var payload: [UInt8] = []
        if let code {
            payload.append(UInt8(code >> 8))
            payload.append(UInt8(code & 0xFF))
            for character in reason {
                guard payload.count + character.utf8.count <= 2 + reasonBytesMax else { break }
                payload.append(contentsOf: character.utf8)
            }
        }
        payload.withUnsafeBytes { append($0, opcode: .close, mask: mask, to: &bytes) }
    }
}
