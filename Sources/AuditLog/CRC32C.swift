/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), eight bytes a step.
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
        guard var next = bytes.baseAddress else { return }
        let tables = CRC32C.tables
        let end = next + bytes.count
        var crc = state
        while end - next >= 8 {
            let word =
                UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
            crc = tables[0x700 | Int(word & 0xff)]
            crc ^= tables[0x600 | Int(word >> 8 & 0xff)]
            crc ^= tables[0x500 | Int(word >> 16 & 0xff)]
            crc ^= tables[0x400 | Int(word >> 24 & 0xff)]
            crc ^= tables[0x300 | Int(word >> 32 & 0xff)]
            crc ^= tables[0x200 | Int(word >> 40 & 0xff)]
            crc ^= tables[0x100 | Int(word >> 48 & 0xff)]
            crc ^= tables[Int(word >> 56)]
            next += 8
        }
        while next < end {
            let byte = next.load(as: UInt8.self)
            crc = tables[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8
            next += 1
        }
        state = crc
    }

    /// Eight tables of 256: table `n` advances a byte over `n` zero bytes. Written once, never freed.
    nonisolated(unsafe) private static let tables: UnsafePointer<UInt32> = {
        let tables = UnsafeMutablePointer<UInt32>.allocate(capacity: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
            tables[byte] = crc
        }
        for index in 256..<8 * 256 {
            let before = tables[index - 256]
            tables[index] = tables[Int(before & 0xff)] ^ before >> 8
        }
        return UnsafePointer(tables)
    }()
}
