/// The masking of client frames (RFC 6455, section 5.3).
package enum Mask {
    /// Masks or unmasks in place.
    ///
    /// - Parameters:
    ///   - key: the four key bytes as they stand on the wire, in memory order.
    ///   - phase: how many payload bytes of the frame came before these.
    package static func apply(_ key: UInt32, phase: Int, to bytes: UnsafeMutableRawBufferPointer) {
        let shift = UInt32((phase & 3) * 8)
        // Rotated so that its first byte in memory meets the first byte at hand.
        let turned = UInt32(littleEndian: key)
        let rotated = (shift == 0 ? turned : turned >> shift | turned << (32 - shift)).littleEndian
        let wide = UInt64(rotated) << 32 | UInt64(rotated)
        var place = 0
        while place + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ wide
            bytes.storeBytes(of: word, toByteOffset: place, as: UInt64.self)
            place += 8
        }
        withUnsafeBytes(of: rotated) { key in
            while place < bytes.count {
                bytes[place] ^= key[place & 3]
                place += 1
            }
        }
    }
}
