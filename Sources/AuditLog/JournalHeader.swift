/// The first 64 bytes of a segment, little-endian.
package struct JournalHeader: Hashable, Sendable {
    package var log: Int32
    /// The hub's generation that wrote the segment.
    package var fence: Int32
    /// The `seq` that the segment's first event has, or will have.
    package var firstSeq: Int64
    /// The log's origin, as registered.
    package var origin: UUID16
    /// The checksum of the last record before this segment, 0 for a log's first.
    package var previousChecksum: UInt32
    /// Random for each segment: marks its commit records, so that nobody's content can look like one.
    package var nonce: UInt64
    /// The file's size while it is written; a shorter file was closed in order.
    package var capacity: UInt64

    package init(
        log: Int32,
        fence: Int32,
        firstSeq: Int64,
        origin: UUID16,
        previousChecksum: UInt32,
        nonce: UInt64,
        capacity: UInt64
    ) {
        self.log = log
        self.fence = fence
        self.firstSeq = firstSeq
        self.origin = origin
        self.previousChecksum = previousChecksum
        self.nonce = nonce
        self.capacity = capacity
    }

    /// The 64 bytes.
    package func encode() -> [UInt8] {
        var out = [UInt8](repeating: 0, count: JournalFormat.headerBytes)
        out.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: JournalFormat.magic.littleEndian, as: UInt64.self)
            bytes.storeBytes(of: log.littleEndian, toByteOffset: 8, as: Int32.self)
            bytes.storeBytes(of: fence.littleEndian, toByteOffset: 12, as: Int32.self)
            bytes.storeBytes(of: firstSeq.littleEndian, toByteOffset: 16, as: Int64.self)
            bytes.storeBytes(of: origin.high.bigEndian, toByteOffset: 24, as: UInt64.self)
            bytes.storeBytes(of: origin.low.bigEndian, toByteOffset: 32, as: UInt64.self)
            bytes.storeBytes(of: previousChecksum.littleEndian, toByteOffset: 40, as: UInt32.self)
            bytes.storeBytes(of: nonce.littleEndian, toByteOffset: 44, as: UInt64.self)
            bytes.storeBytes(of: capacity.littleEndian, toByteOffset: 52, as: UInt64.self)
            let checksum = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: bytes[..<60]))
            bytes.storeBytes(of: checksum.littleEndian, toByteOffset: 60, as: UInt32.self)
        }
        return out
    }

    /// Reads the header from a segment's start; more bytes may follow it.
    package init(decoding bytes: UnsafeRawBufferPointer) throws(JournalDamage) {
        guard bytes.count >= JournalFormat.headerBytes,
            UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) == JournalFormat.magic
        else { throw JournalDamage(offset: 0, reason: .notASegment) }
        func load<I: FixedWidthInteger>(_ offset: Int) -> I {
            bytes.loadUnaligned(fromByteOffset: offset, as: I.self)
        }
        let checksum = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: bytes[..<60]))
        guard UInt32(littleEndian: load(60)) == checksum else {
            throw JournalDamage(offset: 0, reason: .headerChecksum)
        }
        log = Int32(littleEndian: load(8))
        fence = Int32(littleEndian: load(12))
        firstSeq = Int64(littleEndian: load(16))
        origin = UUID16(high: UInt64(bigEndian: load(24)), low: UInt64(bigEndian: load(32)))
        previousChecksum = UInt32(littleEndian: load(40))
        nonce = UInt64(littleEndian: load(44))
        capacity = UInt64(littleEndian: load(52))
    }
}

/// The end of a committed batch: where the next one starts.
package struct JournalTail: Hashable, Sendable {
    /// In bytes from the segment's start.
    package var offset: Int
    /// The checksum of the last record, which the next one's covers.
    package var checksum: UInt32
    /// The last event's `seq`; 0 when a log has none yet.
    package var lastSeq: Int64

    package init(offset: Int, checksum: UInt32, lastSeq: Int64) {
        self.offset = offset
        self.checksum = checksum
        self.lastSeq = lastSeq
    }
}
