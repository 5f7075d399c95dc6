import Glibc

/// Decides, from a segment's bytes alone, what a start may do with it.
package enum JournalRecovery {
    /// What to do with a segment.
    package enum Decision: Hashable, Sendable {
        /// Everything is committed and whole.
        case whole(JournalTail)
        /// `droppedBytes` after the tail belong to a batch that was being written when the machine
        /// or the hub stopped: nobody was answered, they are cut.
        case cut(JournalTail, droppedBytes: Int)
        /// The segment isn't what was written: the start is refused.
        case refuse(JournalDamage)
    }

    /// Examines a whole segment.
    ///
    /// A batch is only written after the sync of the one before it. So in the segment that was being
    /// written, the last batch may be torn in any way, but nothing before it: where a later batch's
    /// commit record is found behind the damage, the damage is not a torn write.
    /// - Parameters:
    ///   - bytes: all of the file.
    ///   - mayBeTorn: whether it is the log's last segment.
    package static func examine(
        _ bytes: UnsafeRawBufferPointer,
        header: JournalHeader,
        mayBeTorn: Bool
    ) -> Decision {
        var scanner = JournalScanner(header: header)
        let damage = scan(bytes, with: &scanner)
        let tail = scanner.committed
        let rest = UnsafeRawBufferPointer(rebasing: bytes[tail.offset...])
        if damage == nil, scanner.offset == tail.offset, writtenCount(rest) == 0 {
            return .whole(tail)
        }
        // A segment that was closed was cut to its written part: it can't be torn any more.
        guard mayBeTorn, UInt64(bytes.count) >= header.capacity else {
            return .refuse(damage ?? leftover(scanner, rest: rest))
        }
        if hasLaterBatch(rest, after: tail.offset, nonce: header.nonce) {
            return .refuse(damage ?? leftover(scanner, rest: rest))
        }
        return .cut(tail, droppedBytes: writtenCount(rest))
    }

    /// Scans to the end of the written part; returns what stopped it before.
    private static func scan(
        _ bytes: UnsafeRawBufferPointer,
        with scanner: inout JournalScanner
    ) -> JournalDamage? {
        while true {
            let window = UnsafeRawBufferPointer(rebasing: bytes[scanner.offset...])
            switch scanner.next(in: window) {
            case .record: continue
            case .end: return nil
            case .damage(let damage): return damage
            case .more(let needed):
                if writtenCount(window) == 0 { return nil }
                return JournalDamage(offset: scanner.offset, reason: .length(needed))
            }
        }
    }

    private static func leftover(
        _ scanner: JournalScanner,
        rest: UnsafeRawBufferPointer
    ) -> JournalDamage {
        if scanner.offset > scanner.committed.offset {
            return JournalDamage(offset: scanner.committed.offset, reason: .uncommitted)
        }
        let first = rest.firstIndex { $0 != 0 } ?? 0
        return JournalDamage(offset: scanner.offset + first, reason: .trailingBytes)
    }

    /// Whether a commit record stands in `rest` whose batch starts behind `offset`.
    private static func hasLaterBatch(
        _ rest: UnsafeRawBufferPointer,
        after offset: Int,
        nonce: UInt64
    ) -> Bool {
        let size = JournalFormat.commitBodyBytes
        guard let base = rest.baseAddress else { return false }
        let first = Int32(UInt8(truncatingIfNeeded: nonce))
        var index = 0
        while index + size <= rest.count,
            let found = memchr(base + index, first, rest.count - size - index + 1)
        {
            index = UnsafeRawPointer(found) - base
            let body = UnsafeRawBufferPointer(rebasing: rest[index..<index + size])
            if let commit = JournalCommit(body), commit.nonce == nonce,
                commit.start > UInt64(offset), commit.start < UInt64(offset + index)
            {
                return true
            }
            index += 1
        }
        return false
    }

    /// How many bytes there are up to the last one that isn't zero.
    private static func writtenCount(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var count = bytes.count
        // Most of a preallocated segment is zero: compare it with itself, one byte on.
        let block = 4096
        while count >= block, base.load(fromByteOffset: count - block, as: UInt8.self) == 0,
            memcmp(base + count - block, base + count - block + 1, block - 1) == 0
        {
            count -= block
        }
        while count > 0, base.load(fromByteOffset: count - 1, as: UInt8.self) == 0 { count -= 1 }
        return count
    }
}
