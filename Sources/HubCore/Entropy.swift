package import AuditLog

/// Random bytes for salts and message ids, taken in large reads from the source that the
/// composition root passes in (the kernel's in production, a seeded one in simulations).
package struct Entropy {
    private var pool: [UInt8]
    private var next: Int
    private let refill: (inout [UInt8]) -> Void

    /// - Parameter refill: overwrites every byte of the array with random ones.
    package init(refill: @escaping (inout [UInt8]) -> Void) {
        pool = [UInt8](repeating: 0, count: 4096)
        next = pool.count
        self.refill = refill
    }

    package mutating func word() -> UInt64 {
        if next + 8 > pool.count {
            refill(&pool)
            next = 0
        }
        defer { next += 8 }
        return pool.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: next, as: UInt64.self) }
    }

    /// A UUID of version 7 (RFC 9562, section 5.7).
    ///
    /// - Parameter unixMs: milliseconds since 1970.
    package mutating func uuid7(unixMs: UInt64) -> UUID16 {
        UUID16(
            high: unixMs << 16 | 0x7000 | (word() & 0xFFF),
            low: 0x8000_0000_0000_0000 | (word() >> 2)
        )
    }
}
