package import AuditLog
import Glibc

/// Some whole batches of the journal, copied out of it.
package struct JournalChunk: Sendable {
    /// One record: where its body stands in `bytes`.
    package struct Record: Hashable, Sendable {
        package var type: JournalRecordType
        package var body: Range<Int>
    }

    package var bytes: [UInt8] = []
    /// In the journal's order; commit records are left out.
    package var records: [Record] = []
    /// Where the chunk ends, and its last event.
    package var end: JournalMark
}

/// Reads committed batches in order, up to what the writer has published as durable.
///
/// Used by one thread at a time; needs no lock, since durable bytes never change.
package final class JournalReader {
    private let folder: JournalFolder
    private var cursor: Cursor?
    private var lastSeq: Int64 = 0

    private struct Cursor {
        var file: JournalFile
        var scanner: JournalScanner
    }

    /// Opens the folder that a writer has opened before.
    package init(
        folder: String,
        log: Int32,
        disk: any JournalDisk = SystemDisk()
    ) throws(JournalError) {
        self.folder = try JournalFolder(path: folder, log: log, create: false, disk: disk)
    }

    /// Moves to the first batch that holds an event after `seq`.
    ///
    /// That batch may begin with events up to `seq`, when `seq` isn't a batch's last.
    /// - Throws: `missing` or `behind` when the journal doesn't have what follows `seq`.
    package func seek(after seq: Int64, upTo mark: JournalMark) throws(JournalError) {
        guard seq <= mark.lastSeq else { throw .behind(seq: seq, last: mark.lastSeq) }
        let segments = try folder.segments().filter { $0 <= mark.position.segment }
        guard let segment = segments.last(where: { $0 <= seq + 1 }) else {
            guard seq == mark.lastSeq, segments.isEmpty else {
                throw .missing(seq: seq, first: segments.first ?? mark.lastSeq + 1)
            }
            cursor = nil
            lastSeq = seq
            return
        }
        var cursor = try open(segment)
        while cursor.scanner.committed.lastSeq < seq,
            try load(&cursor, upTo: mark, bytesMax: Self.seekBytes, lastSeqMax: seq) != nil
        {}
        self.cursor = cursor
        lastSeq = cursor.scanner.committed.lastSeq
    }

    /// The next batches, at least one and then as many as fit in `bytesMax`; nil at the mark.
    package func next(
        upTo mark: JournalMark,
        bytesMax: Int
    ) throws(JournalError) -> JournalChunk? {
        while true {
            if var cursor {
                let chunk = try load(&cursor, upTo: mark, bytesMax: bytesMax)
                self.cursor = cursor
                lastSeq = cursor.scanner.committed.lastSeq
                if let chunk { return chunk }
            }
            guard lastSeq < mark.lastSeq else { return nil }
            // What is left is in the segment that follows.
            let next = try open(lastSeq + 1)
            if let cursor { try check(next, follows: cursor) }
            cursor = next
        }
    }

    /// The leaf hash of an event that is durable; nil when the journal doesn't have it any more.
    package func leaf(of seq: Int64, upTo mark: JournalMark) throws(JournalError) -> TreeHash? {
        guard let first = try folder.segments().first, first <= seq else { return nil }
        try seek(after: seq - 1, upTo: mark)
        guard let chunk = try next(upTo: mark, bytesMax: 1) else { return nil }
        return chunk.bytes.withUnsafeBytes { bytes in
            for record in chunk.records where record.type == .event {
                let tuple = UnsafeRawBufferPointer(rebasing: bytes[record.body])
                if Row.seq(of: tuple) == seq { return TreeHash(leafOf: tuple) }
            }
            return nil
        }
    }

    private func check(_ next: Cursor, follows cursor: Cursor) throws(JournalError) {
        let tail = cursor.scanner.committed
        guard next.scanner.header.firstSeq != cursor.scanner.header.firstSeq else {
            let damage = JournalDamage(offset: tail.offset, reason: .uncommitted)
            throw .damaged(file: cursor.file.path, damage)
        }
        guard next.scanner.header.previousChecksum == tail.checksum else {
            throw .gap(file: next.file.path, why: "it doesn't follow the segment before it")
        }
    }

    private func open(_ firstSeq: Int64) throws(JournalError) -> Cursor {
        let file = try JournalFile(in: folder, name: folder.name(of: firstSeq), flags: O_RDONLY)
        return Cursor(file: file, scanner: JournalScanner(header: try file.header()))
    }

    /// Reads whole batches from the cursor's place; nil when there is none before the limit.
    private func load(
        _ cursor: inout Cursor,
        upTo mark: JournalMark,
        bytesMax: Int,
        lastSeqMax: Int64 = .max
    ) throws(JournalError) -> JournalChunk? {
        let start = cursor.scanner.committed.offset
        let isCurrent = cursor.scanner.header.firstSeq == mark.position.segment
        let limit = isCurrent ? mark.position.offset : try cursor.file.size()
        var size = max(bytesMax, Self.readBytesMin)
        while start < limit {
            let bytes = try read(cursor.file, at: start, count: min(size, limit - start))
            var scanner = JournalScanner(
                header: cursor.scanner.header,
                from: cursor.scanner.committed
            )
            let scan = Self.scan(
                bytes,
                with: &scanner,
                bytesMax: bytesMax,
                lastSeqMax: lastSeqMax
            )
            if let damage = scan.damage { throw .damaged(file: cursor.file.path, damage) }
            let end = scanner.committed
            if end.offset > start {
                cursor.scanner = scanner
                return JournalChunk(
                    bytes: bytes,
                    records: scan.records,
                    end: JournalMark(
                        position: JournalPosition(
                            segment: scanner.header.firstSeq,
                            offset: end.offset
                        ),
                        lastSeq: end.lastSeq
                    )
                )
            }
            // No whole batch: the written part ends here, or the batch is larger than what was read.
            if scan.isStopped || size >= limit - start { return nil }
            size *= 2
        }
        return nil
    }

    private struct Scan {
        var records: [JournalChunk.Record] = []
        var damage: JournalDamage?
        /// Whether more bytes would change nothing.
        var isStopped = false
    }

    /// Scans whole batches until `bytesMax` is reached, or before one that goes beyond `lastSeqMax`;
    /// what follows the last is left out.
    private static func scan(
        _ bytes: [UInt8],
        with scanner: inout JournalScanner,
        bytesMax: Int,
        lastSeqMax: Int64
    ) -> Scan {
        let start = scanner.offset
        var scan = Scan()
        var committed = (scanner: scanner, count: 0)
        bytes.withUnsafeBytes { bytes in
            while !scan.isStopped {
                let offset = scanner.offset - start
                let window = UnsafeRawBufferPointer(rebasing: bytes[offset...])
                switch scanner.next(in: window) {
                case .record(.commit, _):
                    if scanner.committed.lastSeq > lastSeqMax {
                        scan.isStopped = true
                        break
                    }
                    committed = (scanner, scan.records.count)
                    scan.isStopped = scanner.offset - start >= bytesMax
                case .record(let type, let body):
                    let first = offset + JournalFormat.recordHeaderBytes
                    scan.records.append(.init(type: type, body: first..<first + body.count))
                case .damage(let damage):
                    scan.damage = damage
                    scan.isStopped = true
                case .end: scan.isStopped = true
                case .more: return
                }
            }
        }
        scanner = committed.scanner
        scan.records.removeLast(scan.records.count - committed.count)
        return scan
    }

    private func read(
        _ file: JournalFile,
        at offset: Int,
        count: Int
    ) throws(JournalError) -> [UInt8] {
        var failure: JournalError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            do throws(JournalError) {
                done = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Below this a read costs more for its call than for its bytes.
    private static let readBytesMin = 256 * 1024
    private static let seekBytes = 4 * 1024 * 1024
}
