package import AuditLog
import Glibc

/// Where a journal lies, whose it is, and how large it may grow.
package struct JournalConfiguration: Sendable {
    /// The folder; made with mode 0700 when only itself is missing.
    package var folder: String
    package var log: Int32
    package var origin: UUID16
    /// This start's generation, as the database gave it.
    package var fence: Int32
    /// A segment's preallocated bytes.
    package var segmentBytes: Int = JournalFormat.segmentBytes
    /// All segments together; 16 GiB hold a day of 500 messages a second.
    package var bytesMax: Int64 = 16 * 1024 * 1024 * 1024

    package init(folder: String, log: Int32, origin: UUID16, fence: Int32) {
        self.folder = folder
        self.log = log
        self.origin = origin
        self.fence = fence
    }
}

/// Appends batches to the journal's segments: one write, one sync each.
///
/// Used by one thread at a time. Every start begins a new segment; it is made with the first batch.
package final class JournalWriter {
    /// What opening found.
    package struct Recovery: Hashable, Sendable {
        /// How many segments hold events.
        package var segments: Int
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

    private let configuration: JournalConfiguration
    private let folder: JournalFolder
    private var lock: JournalLock?
    private let sync: (Int32) -> Int32
    private var tail: JournalTail
    private var current: Current?
    /// The bytes of all segments but the current.
    private var closedBytes: Int64
    private var isDead = false

    private struct Current {
        var file: JournalFile
        var header: JournalHeader
    }

    /// Takes the folder, checks all of its segments and cuts the torn tail of the last.
    ///
    /// - Parameter sync: `fdatasync`; tests pass one that fails.
    /// - Throws: `locked`, `foreign`, `damaged`, `gap` or `system`; then nothing was changed, except
    ///   that a tail may have been cut.
    package init(
        _ configuration: JournalConfiguration,
        sync: @escaping (Int32) -> Int32 = { fdatasync($0) }
    ) throws(JournalError) {
        self.configuration = configuration
        self.sync = sync
        folder = try JournalFolder(
            path: configuration.folder,
            log: configuration.log,
            create: true
        )
        lock = try folder.lock()
        let state = try JournalOpening(folder: folder, origin: configuration.origin).run()
        recovery = state.recovery
        tail = state.tail
        closedBytes = state.bytes
        durable = JournalDurable(state.mark)
    }

    /// A batch that follows what is durable now; reuse it for every commit.
    package func newBatch() -> JournalBatch { JournalBatch(after: tail) }

    /// Writes a batch and syncs; after it returns, the batch is durable and ready for the next.
    ///
    /// - Throws: `full` or `noSpace`: nothing was written, the batch is as it was and may be committed later or
    ///   discarded. Anything else ends the writer: the batch may be on disk or not, nobody may be
    ///   answered, a sync is never tried twice.
    @discardableResult
    package func commit(_ batch: inout JournalBatch) throws(JournalError) -> JournalMark {
        if isDead { throw .dead }
        if batch.isEmpty { return durable.current }
        precondition(batch.startChecksum == tail.checksum, "batches are committed in order")
        do {
            precondition(
                batch.hasEvent || fitsCurrentSegment(batch.bytesToWrite),
                "a batch without an event never begins a segment"
            )
            let segment = try segment(with: batch.bytesToWrite)
            batch.seal(nonce: segment.header.nonce, start: tail.offset)
            let start = tail.offset
            let written = batch.bytes.withUnsafeBytes { bytes in
                Result { () throws(JournalError) in try segment.file.write(bytes, at: start) }
            }
            try written.get()
            try segment.file.sync(sync, "fdatasync")
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
        } catch {
            if !error.isFull { isDead = true }
            throw error
        }
    }

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

    /// Whether a batch of `size` bytes goes into the current segment: one without an event must not
    /// begin a segment, whose name is its first event's.
    package func fitsCurrentSegment(_ size: Int) -> Bool {
        guard let current, !isDead else { return false }
        return tail.offset + size <= Int(current.header.capacity)
    }

    /// The segment that takes `size` more bytes: the current one, or a new one.
    private func segment(with size: Int) throws(JournalError) -> Current {
        if let current, fitsCurrentSegment(size) { return current }
        // A batch larger than a segment gets one of its own.
        let capacity = max(configuration.segmentBytes, JournalFormat.headerBytes + size)
        let used = closedBytes + (current == nil ? 0 : Int64(tail.offset))
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
        if let current { try current.file.truncate(to: tail.offset) }
        closedBytes = used
        tail.offset = JournalFormat.headerBytes
        current = next
        return next
    }
}
