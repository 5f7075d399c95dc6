/// The numbers of the journal's format; `docs/record-format.md` describes it.
package enum JournalFormat {
    /// A segment's preallocated size in bytes.
    package static let segmentBytes = 64 * 1024 * 1024
    /// The header's size: the offset of a segment's first record.
    package static let headerBytes = 64
    /// What stands before a record's body: length (4), checksum (4), type (1).
    package static let recordHeaderBytes = 9
    /// A commit record's whole size.
    package static let commitBytes = recordHeaderBytes + commitBodyBytes
    /// The largest body of a record: the files of a policy bundle must fit.
    package static let bodyBytesMax = 16 * 1024 * 1024

    static let magic: UInt64 = 0x3130_4c4e_524a_4c54  // "TLJRNL01", little-endian
    static let commitBodyBytes = 24

    /// The name of a segment's file: `<log>-<first seq, 20 digits>.journal`.
    package static func fileName(log: Int32, firstSeq: Int64) -> String {
        let digits = String(firstSeq)
        return "\(log)-" + String(repeating: "0", count: max(0, 20 - digits.count)) + digits
            + fileSuffix
    }

    /// How the names of segments end.
    package static let fileSuffix = ".journal"

    /// Reads a segment's name; nil unless `fileName` would write exactly this one.
    package static func parse(fileName name: String) -> (log: Int32, firstSeq: Int64)? {
        guard name.hasSuffix(fileSuffix) else { return nil }
        let halves = name.dropLast(fileSuffix.count).split(
            separator: "-",
            omittingEmptySubsequences: false
        )
        guard halves.count == 2, let log = Int32(halves[0]), let first = Int64(halves[1]),
            first > 0, fileName(log: log, firstSeq: first) == name
        else { return nil }
        return (log, first)
    }

    /// A record's checksum: CRC-32C over the checksum before it, its length, type and body.
    static func checksum(
        after chain: UInt32,
        type: UInt8,
        body: UnsafeRawBufferPointer
    ) -> UInt32 {
        var crc = CRC32C()
        let start = (chain.littleEndian, UInt32(truncatingIfNeeded: body.count).littleEndian, type)
        // The tuple's first nine bytes have no gap; its tail may.
        withUnsafeBytes(of: start) {
            crc.update(UnsafeRawBufferPointer(rebasing: $0[..<recordHeaderBytes]))
        }
        crc.update(body)
        return crc.value
    }
}

/// What a record of the journal holds; the number is its type byte.
package enum JournalRecordType: UInt8, CaseIterable, Sendable {
    /// An event's tuple.
    case event = 1
    /// A tuple of `audit.content`, of an event in the same batch.
    case content = 2
    /// A tuple of `audit.subject`.
    case subject = 3
    /// A tuple of `audit.policy`.
    case policy = 4
    /// The end of a batch: whatever follows the last one was never answered for.
    case commit = 5
    /// A tuple of `audit.checkpoint`: of the events up to it.
    case checkpoint = 6
}
