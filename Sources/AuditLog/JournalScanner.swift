/// Walks a segment's bytes, as they come, and checks every one of them.
///
/// Give `next(in:)` the bytes from `offset` on; after a record they start at the new `offset`.
/// Records count only once their batch's commit record was seen: `committed` moves there.
package struct JournalScanner: Sendable {
    /// One step's result.
    package enum Step {
        /// A whole record: its type and its body inside the given bytes.
        case record(JournalRecordType, body: UnsafeRawBufferPointer)
        /// At least so many bytes from `offset` are needed to go on.
        case more(Int)
        /// The written part ends at `offset`, by a length of zero.
        case end
        case damage(JournalDamage)
    }

    package let header: JournalHeader
    /// Where the next record starts, in bytes from the segment's start.
    package private(set) var offset: Int
    /// The end of the last committed batch.
    package private(set) var committed: JournalTail
    private var checksum: UInt32
    private var lastSeq: Int64

    /// Starts behind the header.
    package init(header: JournalHeader) {
        self.init(
            header: header,
            from: JournalTail(
                offset: JournalFormat.headerBytes,
                checksum: header.previousChecksum,
                lastSeq: header.firstSeq - 1
            )
        )
    }

    /// Starts at the end of a batch, as `committed` named it.
    package init(header: JournalHeader, from tail: JournalTail) {
        self.header = header
        offset = tail.offset
        committed = tail
        checksum = tail.checksum
        lastSeq = tail.lastSeq
    }

    /// Reads the record at `offset`, with which `window` starts.
    package mutating func next(in window: UnsafeRawBufferPointer) -> Step {
        guard window.count >= 4 else { return .more(4) }
        let length = Int(UInt32(littleEndian: window.loadUnaligned(as: UInt32.self)))
        if length == 0 { return .end }
        guard length <= JournalFormat.bodyBytesMax else { return damage(.length(length)) }
        let size = JournalFormat.recordHeaderBytes + length
        guard window.count >= size else { return .more(size) }
        let stored = UInt32(
            littleEndian: window.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        )
        let body = UnsafeRawBufferPointer(
            rebasing: window[JournalFormat.recordHeaderBytes..<size]
        )
        let found = JournalFormat.checksum(after: checksum, type: window[8], body: body)
        guard found == stored else { return damage(.checksum) }
        guard let type = JournalRecordType(rawValue: window[8]) else {
            return damage(.unknownType(window[8]))
        }
        if let reason = check(type, body) { return damage(reason) }
        offset += size
        checksum = stored
        if type == .event { lastSeq += 1 }
        if type == .commit {
            committed = JournalTail(offset: offset, checksum: checksum, lastSeq: lastSeq)
        }
        return .record(type, body: body)
    }

    private func check(
        _ type: JournalRecordType,
        _ body: UnsafeRawBufferPointer
    ) -> JournalDamage.Reason? {
        switch type {
        case .event:
            let seq = Row.seq(of: body)
            if Row.log(of: body) != header.log { return .log(Row.log(of: body)) }
            return seq == lastSeq + 1 ? nil : .seq(found: seq, expected: lastSeq + 1)
        case .commit:
            let commit = JournalCommit(body)
            let expected = JournalCommit(
                nonce: header.nonce,
                start: UInt64(committed.offset),
                lastSeq: lastSeq
            )
            // Something was recorded, and a segment begins with an event.
            let holds = offset > committed.offset && lastSeq >= header.firstSeq
            return commit == expected && holds ? nil : .commit
        case .content, .subject, .policy, .checkpoint: return nil
        }
    }

    private func damage(_ reason: JournalDamage.Reason) -> Step {
        .damage(JournalDamage(offset: offset, reason: reason))
    }
}

/// The body of a commit record.
struct JournalCommit: Equatable {
    var nonce: UInt64
    /// The offset where the batch starts.
    var start: UInt64
    /// The last event's `seq` so far.
    var lastSeq: Int64

    init(nonce: UInt64, start: UInt64, lastSeq: Int64) {
        self.nonce = nonce
        self.start = start
        self.lastSeq = lastSeq
    }

    init?(_ body: UnsafeRawBufferPointer) {
        guard body.count == JournalFormat.commitBodyBytes else { return nil }
        nonce = UInt64(littleEndian: body.loadUnaligned(as: UInt64.self))
        start = UInt64(littleEndian: body.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        lastSeq = Int64(littleEndian: body.loadUnaligned(fromByteOffset: 16, as: Int64.self))
    }
}
