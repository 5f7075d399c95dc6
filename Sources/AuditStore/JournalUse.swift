/// What a journal takes up, and how much more it can take.
package struct JournalUse: Hashable, Sendable {
    /// The segments that are closed, oldest first.
    package var closed: [JournalSegment] = []
    /// Bytes written to the current segment; 0 before there is one.
    package var written: Int64 = 0
    /// The current segment's size for ordinary events; 0 before there is one.
    package var capacity: Int64 = 0
    /// A new segment's size for ordinary events, and on disk.
    package var segmentRoom: Int64
    package var segmentBytes: Int64
    /// The limit of all segments.
    package var bytesMax: Int64
    /// Why a shipped segment could not be removed; nil when none had to be or all could.
    package var keepingProblem: String?

    package init(segmentRoom: Int64, segmentBytes: Int64, bytesMax: Int64) {
        self.segmentRoom = segmentRoom
        self.segmentBytes = segmentBytes
        self.bytesMax = bytesMax
    }

    /// Bytes of all segments.
    package var bytes: Int64 { closed.reduce(written) { $0 + $1.bytes } }

    /// Bytes that can't be given up, because the database does not have them all.
    package func held(after watermark: Int64, lastSeq: Int64) -> Int64 {
        let unshipped = closed.reduce(0) { $0 + ($1.lastSeq > watermark ? $1.bytes : 0) }
        return unshipped + (lastSeq > watermark ? written : 0)
    }

    /// Bytes that the journal can still take for ordinary events.
    ///
    /// - Parameter diskFree: bytes that the disk still has.
    package func room(after watermark: Int64, diskFree: Int64) -> Int64 {
        let spare = closed.reduce(0) { $0 + ($1.lastSeq <= watermark ? $1.bytes : 0) }
        let limit = max(0, bytesMax - (bytes - spare)) / segmentBytes
        let disk = max(0, diskFree + spare) / segmentBytes
        return max(0, capacity - written) + segmentRoom * min(limit, disk)
    }
}
