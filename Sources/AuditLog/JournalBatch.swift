/// Frames records into one reusable buffer: what becomes durable together, or not at all.
///
/// A batch continues the chain of checksums where the last one ended. An event's contents belong to
/// the event's batch, in any order. A batch without an event never begins a segment.
package struct JournalBatch: Sendable {
    /// The framed bytes.
    package private(set) var bytes: [UInt8] = []
    /// The last event's `seq` in the batch, or before it when it has none.
    package private(set) var lastSeq: Int64
    /// Where the chain stood before the batch.
    package private(set) var startChecksum: UInt32
    private var startSeq: Int64
    private var checksum: UInt32
    private var isSealed = false

    /// A batch that follows what `tail` ends.
    package init(after tail: JournalTail) {
        lastSeq = tail.lastSeq
        startSeq = tail.lastSeq
        startChecksum = tail.checksum
        checksum = tail.checksum
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Whether it records an event, and not only what belongs to earlier ones.
    package var hasEvent: Bool { lastSeq > startSeq }

    /// The batch's first event's `seq`, if it has an event.
    package var firstSeq: Int64 { startSeq + 1 }

    /// What the batch will take in a segment, with its commit record.
    package var bytesToWrite: Int { bytes.count + JournalFormat.commitBytes }

    /// Appends one record.
    ///
    /// - Parameters:
    ///   - type: anything but `.commit`, which `seal` writes.
    ///   - body: 1 to `JournalFormat.bodyBytesMax` bytes; an event's tuple has its final `seq`, the
    ///     one after the event before it.
    package mutating func append(type: JournalRecordType, body: UnsafeRawBufferPointer) {
        precondition(type != .commit && !isSealed, "a batch is sealed once, by the writer")
        precondition(
            body.count > 0 && body.count <= JournalFormat.bodyBytesMax,
            "a record's body is neither empty nor larger than the format's limit"
        )
        if type == .event {
            precondition(Row.seq(of: body) == lastSeq + 1, "events are recorded without gaps")
            lastSeq += 1
        }
        frame(type: type, body: body)
    }

    /// The same from an array's bytes.
    package mutating func append(type: JournalRecordType, body: [UInt8]) {
        body.withUnsafeBytes { append(type: type, body: $0) }
    }

    /// Drops all records, back to where the batch began.
    package mutating func discard() {
        bytes.removeAll(keepingCapacity: true)
        lastSeq = startSeq
        checksum = startChecksum
        isSealed = false
    }

    /// Appends the commit record; after it the bytes can be written.
    ///
    /// - Parameter start: the offset in the segment that the batch will be written to.
    package mutating func seal(nonce: UInt64, start: Int) {
        precondition(!isSealed, "a batch is sealed once")
        precondition(!bytes.isEmpty, "a batch holds at least one record")
        let body = (nonce.littleEndian, UInt64(start).littleEndian, lastSeq.littleEndian)
        withUnsafeBytes(of: body) { frame(type: .commit, body: $0) }
        isSealed = true
    }

    /// Starts the next batch, after this one was written and synced.
    package mutating func advance() {
        precondition(isSealed, "only a batch that was written is followed by another")
        bytes.removeAll(keepingCapacity: true)
        startSeq = lastSeq
        startChecksum = checksum
        isSealed = false
    }

    /// Where the chain stands after the records so far.
    package var endChecksum: UInt32 { checksum }

    private mutating func frame(type: JournalRecordType, body: UnsafeRawBufferPointer) {
        checksum = JournalFormat.checksum(after: checksum, type: type.rawValue, body: body)
        let length = UInt32(truncatingIfNeeded: body.count)
        withUnsafeBytes(of: length.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(type.rawValue)
        bytes.append(contentsOf: body)
    }
}
