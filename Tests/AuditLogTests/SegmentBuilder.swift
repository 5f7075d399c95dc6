import AuditLog
import Outcomes

/// A journal segment in memory, for tests of what reads one.
struct SegmentBuilder {
    let header: JournalHeader
    private(set) var bytes: [UInt8]
    /// The end of the header and of each batch.
    private(set) var tails: [JournalTail]
    private var batch: JournalBatch

    init(firstSeq: Int64 = 1, capacity: Int = 4096, nonce: UInt64 = 0x0102_0304_0506_0709) {
        header = JournalHeader(
            log: 1,
            fence: 2,
            firstSeq: firstSeq,
            origin: UUID16(high: 3, low: 4),
            previousChecksum: 5,
            nonce: nonce,
            capacity: UInt64(capacity)
        )
        bytes = header.encode()
        let tail = JournalTail(offset: bytes.count, checksum: 5, lastSeq: firstSeq - 1)
        tails = [tail]
        batch = JournalBatch(after: tail)
    }

    /// Adds a batch of so many events, each with a content of `body`.
    mutating func commit(events: Int, body: [UInt8] = Array("hello".utf8)) {
        for _ in 0..<events {
            let part = ContentPart(kind: .original, salt: Salt(high: 1, low: 2), body: body)
            var tuple: [UInt8] = []
            ContentRow(log: 1, seq: batch.lastSeq + 1, at: 7, part: part).encode(into: &tuple)
            batch.append(type: .content, body: tuple)
            tuple.removeAll()
            let event = Event(
                log: 1,
                seq: batch.lastSeq + 1,
                at: 7,
                kind: .message,
                stage: .done,
                disposition: .allow,
                contentHash: Commitment.contentHash(of: [part])
            )
            event.encode(into: &tuple)
            batch.append(type: .event, body: tuple)
        }
        batch.seal(nonce: header.nonce, start: bytes.count)
        bytes += batch.bytes
        let lastSeq = batch.lastSeq
        tails.append(
            JournalTail(offset: bytes.count, checksum: batch.endChecksum, lastSeq: lastSeq)
        )
        batch.advance()
    }

    /// The bytes as they lie on disk while the segment is written: zeros up to the capacity.
    var preallocated: [UInt8] {
        bytes + [UInt8](repeating: 0, count: Int(header.capacity) - bytes.count)
    }
}

/// What a start would do with a segment's bytes.
func examine(_ bytes: [UInt8], mayBeTorn: Bool) -> JournalRecovery.Decision {
    bytes.withUnsafeBytes { bytes in
        do throws(JournalDamage) {
            let header = try JournalHeader(decoding: bytes)
            return JournalRecovery.examine(bytes, header: header, mayBeTorn: mayBeTorn)
        } catch {
            return .refuse(error)
        }
    }
}
