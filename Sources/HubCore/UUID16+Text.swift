package import AuditLog

extension UUID16 {
    /// Makes a UUID of version 8 (RFC 9562, section 5.8) from the first 16 bytes of a hash.
    package init(version8From hash: UnsafeRawBufferPointer) {
        let high = UInt64(bigEndian: hash.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        let low = UInt64(bigEndian: hash.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        self.init(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
            low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        )
    }

    /// Appends the canonical text, 36 bytes.
    package func appendText(to bytes: inout [UInt8]) {
        for nibble in 0..<32 {
            if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                bytes.append(UInt8(ascii: "-"))
            }
            let half = nibble < 16 ? high : low
            bytes.append([UInt8].hexDigits[Int(half >> UInt64(60 - 4 * (nibble & 15)) & 15)])
        }
    }
}
