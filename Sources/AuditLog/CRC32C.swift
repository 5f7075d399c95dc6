internal import CChecksum

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4).
package struct CRC32C {
    private var state: UInt32 = 0xffff_ffff

    package init() {}

    /// The checksum of what was fed so far.
    package var value: UInt32 { state ^ 0xffff_ffff }

    /// The checksum of `bytes`.
    package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes)
        return crc.value
    }

    /// Feeds more bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        state = cchecksum_crc32c(state, bytes.baseAddress, bytes.count)
    }
}
