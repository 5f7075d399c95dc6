package import AuditLog
import Glibc

/// Appends batches to the journal's segments: one write, one sync each.
///
/// Used by one thread at a time. Every start begins a new segment; it is made with the first batch.
package final class JournalWriter {
    /// What opening found.
    package struct Recovery: Hashable, Sendable {
        /// How many segments hold events.
        package var segments: Int
        /// The oldest event that is kept; 0 when there is none.
        package var firstSeq: Int64
        package var lastSeq: Int64
        /// The file whose torn tail was cut, if one was.
        package var cutFile: String?
        /// How many bytes of an unfinished batch were cut.
        package var cutBytes: Int
    }

    /// What opening found.
    package let recovery: Recovery
    /// How far the journal is durable; for other threads too.
    package let durable: JournalDurable

    var configuration: JournalConfiguration
    let folder: JournalFolder
    private var lock: JournalLock?
    private(set) var tail: JournalTail
    private(set) var current: Current?
    /// The segments before the current, oldest first.
    var closed: [JournalSegment]
    var keepingProblem: String?
    private var isDead = false
    /// The end of what was written in the current segment, zeros for later batches included.
    private var clearedThrough = 0

    struct Current {
        var file: JournalFile
        var header: JournalHeader
    }

    /// Takes the folder, checks all of its segments and cuts the torn tail of the last.
    ///
    /// - Parameters:
    ///   - held: the same folder, when this process has it already; nil to take it now.
    ///   - disk: the system's; tests pass one that fails.
    /// - Throws: `locked`, `foreign`, `damaged`, `gap` or `system`; then nothing was changed, except
    ///   that a tail may have been cut.
    package init(
        _ configuration: JournalConfiguration,
        held: HeldJournal? = nil,
        disk: any JournalDisk = SystemDisk()
    ) throws(JournalError) {
        self.configuration = configuration
        folder = try JournalFolder(
            path: configuration.folder,
            log: configuration.log,
            create: true,
            disk: disk
        )
        if let held { lock = held.lock } else { lock = try folder.lock() }
        let state = try JournalOpening(folder: folder, origin: configuration.origin).run()
        recovery = state.recovery
        tail = state.tail
        closed = state.segments
        durable = JournalDurable(state.mark, Self.use(of: configuration))
        publishUse()
    }

    /// The generation that segments made from now on carry.
    package func take(fence: Int32) { configuration.fence = fence }

    /// A batch that follows what is durable now; reuse it for every commit.
    package func newBatch() -> JournalBatch { JournalBatch(after: tail) }

    /// Makes sure that a batch of so many bytes can be committed, with a new segment where the
    /// current one has not enough left.
    ///
    /// Shipped segments make room when their time is over, and before it when the journal or the
    /// disk would be full otherwise.
    /// - Parameters:
    ///   - bytes: of the batch, with its commit record.
    ///   - shipped: the newest `seq` that the database has.
    ///   - now: Unix seconds.
    /// - Throws: `full` or `noSpace`: nothing was changed. Anything else ends the writer.
    package func makeRoom(
        for bytes: Int,
        shipped: Int64,
        now: Int64
    ) throws(JournalError) {
        if isDead { throw .dead }
        if fits(bytes + configuration.reserveBytes) { return }
        keep(shipped: shipped, now: now)
        while true {
            do {
                return try begin(for: bytes)
            } catch {
                guard error.isFull, giveUpOldest(shipped: shipped) else { throw failed(error) }
            }
        }
    }

    /// Writes a batch and syncs; after it returns, the batch is durable and ready for the next.
    ///
    /// - Throws: `full` or `noSpace`: nothing was written, the batch is as it was and may be committed
    ///   later or discarded; never after `makeRoom`. Anything else ends the writer: the batch may be
    ///   on disk or not, nobody may be answered, a sync is never tried twice.
    @discardableResult
    package func commit(_ batch: inout JournalBatch) throws(JournalError) -> JournalMark {
        if isDead { throw .dead }
        if batch.isEmpty { return durable.current }
        precondition(batch.startChecksum == tail.checksum, "batches are committed in order")
        precondition(
            batch.hasEvent || takesWithoutEvent(batch.bytesToWrite),
            "a batch without an event never begins a segment"
        )
        do {
            return try write(&batch)
        } catch { throw failed(error) }
    }

    private func write(_ batch: inout JournalBatch) throws(JournalError) -> JournalMark {
        if !fits(batch.bytesToWrite) { try begin(for: batch.bytesToWrite) }
        guard let segment = current else { preconditionFailure("a segment was begun") }
        batch.seal(nonce: segment.header.nonce, start: tail.offset)
        let start = tail.offset
        let written = batch.bytes.withUnsafeBytes { bytes in
            Result { () throws(JournalError) in try segment.file.write(bytes, at: start) }
        }
        try written.get()
        try clearAhead(of: start + batch.bytes.count, after: batch.bytes.count, in: segment)
        try segment.file.syncData()
        // What has lost its name is gone with the process, however often it is synced.
        guard try segment.file.status().st_nlink > 0 else {
            throw .unlinked(file: segment.file.path)
        }
        tail = JournalTail(
            offset: start + batch.bytes.count,
            checksum: batch.endChecksum,
            lastSeq: batch.lastSeq
        )
        batch.advance()
        let mark = JournalMark(
            position: JournalPosition(segment: segment.header.firstSeq, offset: tail.offset),
            lastSeq: tail.lastSeq
        )
        durable.publish(mark)
        return mark
    }

    /// Writes zeros behind a small batch, where none are written yet.
    ///
    /// What is only allocated reads as zero, too, but to write there for the first time changes the
    /// file's metadata: `fdatasync` then waits for the file system's own journal, and for all that others
    /// have in it. So it does once a stretch, not once a batch.
    private func clearAhead(
        of end: Int,
        after bytes: Int,
        in segment: Current
    ) throws(JournalError) {
        guard end > clearedThrough else { return }
        clearedThrough = end
        let stretch = min(Self.zeros.count, Int(segment.header.capacity) - end)
        guard bytes < Self.zeros.count / 4, stretch > 0 else { return }
        let written = Self.zeros.withUnsafeBytes { zeros in
            Result { () throws(JournalError) in
                try segment.file.write(UnsafeRawBufferPointer(rebasing: zeros[..<stretch]), at: end)
            }
        }
        try written.get()
        clearedThrough = end + stretch
    }

    private static let zeros = [UInt8](repeating: 0, count: 1 << 20)

    /// Closes the current segment in order: it is cut to its written part. Then the writer is dead.
    package func close() throws(JournalError) {
        if isDead { return }
        isDead = true
        if let current { try current.file.truncate(to: tail.offset) }
        abandon()
    }

    /// Lets go of the folder as a crash would: nothing is written or cut. Then the writer is dead.
    package func abandon() {
        isDead = true
        current = nil
        lock = nil
    }

    /// Whether a batch of `bytes` without an event can be committed: it must not begin a segment,
    /// whose name is its first event's.
    package func takesWithoutEvent(_ bytes: Int) -> Bool {
        tail.offset > JournalFormat.headerBytes && fits(bytes)
    }

    /// Whether last events of `bytes`, their batch's commit record included, can be committed with
    /// the reserve at the segment's end.
    package func takesLast(_ bytes: Int) -> Bool { fits(bytes) }

    private func fits(_ bytes: Int) -> Bool {
        guard let current, !isDead else { return false }
        return tail.offset + bytes <= Int(current.header.capacity)
    }

    private func failed(_ error: JournalError) -> JournalError {
        if !error.isFull { isDead = true }
        return error
    }

    /// Makes the segment that takes `bytes` more, and closes the current one.
    private func begin(for bytes: Int) throws(JournalError) {
        // A batch larger than a segment gets one of its own.
        let capacity = max(
            configuration.segmentBytes,
            JournalFormat.headerBytes + bytes + configuration.reserveBytes
        )
        let used = closed.reduce(0) { $0 + $1.bytes } + (current == nil ? 0 : Int64(tail.offset))
        guard used + Int64(capacity) <= configuration.bytesMax else {
            throw .full(bytesMax: configuration.bytesMax)
        }
        var generator = SystemRandomNumberGenerator()
        let header = JournalHeader(
            log: configuration.log,
            fence: configuration.fence,
            firstSeq: tail.lastSeq + 1,
            origin: configuration.origin,
            previousChecksum: tail.checksum,
            // Its first byte is never 0, so that a search skips the empty part of a segment.
            nonce: generator.next() | 1,
            capacity: UInt64(capacity)
        )
        let next = Current(file: try folder.create(header), header: header)
        // One without an event has the next one's name, and has just been replaced by it.
        if let current, current.header.firstSeq <= tail.lastSeq {
            try current.file.truncate(to: tail.offset)
            closed.append(
                JournalSegment(
                    firstSeq: current.header.firstSeq,
                    lastSeq: tail.lastSeq,
                    bytes: Int64(tail.offset)
                )
            )
        }
        tail.offset = JournalFormat.headerBytes
        clearedThrough = tail.offset
        current = next
        publishUse()
    }
}
