import AuditLog
import Glibc

/// Reads a journal's segments at a start: all must follow one another, only the last may be torn.
struct JournalOpening {
    /// What the writer goes on from.
    struct State {
        var tail: JournalTail
        var mark: JournalMark
        /// Those with events, oldest first.
        var segments: [JournalSegment] = []
        var recovery: JournalWriter.Recovery
    }

    let folder: JournalFolder
    let origin: UUID16

    func run() throws(JournalError) -> State {
        let segments = try folder.segments()
        var state = State(
            tail: JournalTail(offset: JournalFormat.headerBytes, checksum: 0, lastSeq: 0),
            mark: JournalMark(
                position: JournalPosition(segment: 1, offset: JournalFormat.headerBytes),
                lastSeq: 0
            ),
            recovery: JournalWriter.Recovery(
                segments: 0,
                firstSeq: 0,
                lastSeq: 0,
                cutFile: nil,
                cutBytes: 0
            )
        )
        var cuts: [(name: String, size: Int)] = []
        for (index, firstSeq) in segments.enumerated() {
            let cut = try examine(
                firstSeq,
                isFirst: index == 0,
                isLast: index == segments.count - 1,
                &state
            )
            if let cut { cuts.append(cut) }
        }
        // Only now, when everything is known to be sound, is anything changed.
        for cut in cuts {
            try JournalFile(in: folder, name: cut.name, flags: O_RDWR).truncate(to: cut.size)
        }
        try folder.removeUnfinished()
        return state
    }

    /// Checks one segment; returns the size that it has to be cut to, if any.
    private func examine(
        _ firstSeq: Int64,
        isFirst: Bool,
        isLast: Bool,
        _ state: inout State
    ) throws(JournalError) -> (name: String, size: Int)? {
        let name = folder.name(of: firstSeq)
        let file = try JournalFile(in: folder, name: name, flags: O_RDONLY)
        let bytes = try contents(of: file)
        let examined = bytes.withUnsafeBytes { bytes in
            Result { () throws(JournalDamage) in
                let header = try JournalHeader(decoding: bytes)
                return (
                    header,
                    JournalRecovery.examine(bytes, header: header, mayBeTorn: isLast)
                )
            }
        }
        let (header, decision): (JournalHeader, JournalRecovery.Decision)
        switch examined {
        case .success(let value): (header, decision) = value
        case .failure(let damage): throw .damaged(file: file.path, damage)
        }
        try check(header, file: file, firstSeq: firstSeq, after: isFirst ? nil : state.tail)
        let tail: JournalTail
        switch decision {
        case .refuse(let damage): throw .damaged(file: file.path, damage)
        case .whole(let end): tail = end
        case .cut(let end, let droppedBytes):
            tail = end
            state.recovery.cutFile = file.path
            state.recovery.cutBytes = droppedBytes
        }
        let isEmpty = tail.lastSeq < firstSeq && tail.offset == JournalFormat.headerBytes
        if isEmpty, !isLast {
            throw .gap(file: file.path, why: "an empty segment is followed by another")
        }
        // An empty last segment is made anew by this start's first batch.
        if !isEmpty {
            let status = try file.status()
            state.segments.append(
                JournalSegment(
                    firstSeq: firstSeq,
                    lastSeq: tail.lastSeq,
                    bytes: Int64(tail.offset),
                    shippedAt: status.st_mode & S_IWUSR == 0 ? Int64(status.st_mtim.tv_sec) : nil
                )
            )
            state.recovery.segments += 1
            if state.recovery.firstSeq == 0 { state.recovery.firstSeq = firstSeq }
        }
        state.recovery.lastSeq = tail.lastSeq
        state.tail = tail
        state.mark = JournalMark(
            position: JournalPosition(segment: firstSeq, offset: tail.offset),
            lastSeq: tail.lastSeq
        )
        return bytes.count > tail.offset ? (name, tail.offset) : nil
    }

    private func check(
        _ header: JournalHeader,
        file: JournalFile,
        firstSeq: Int64,
        after tail: JournalTail?
    ) throws(JournalError) {
        guard header.log == folder.log, header.origin == origin else {
            throw .foreign(
                file: file.path,
                why: "of log \(header.log), origin \(header.origin),"
                    + " not of log \(folder.log), origin \(origin)"
            )
        }
        guard header.firstSeq == firstSeq else {
            throw .gap(file: file.path, why: "the header's first event is \(header.firstSeq)")
        }
        guard let tail else { return }
        guard header.firstSeq == tail.lastSeq + 1 else {
            throw .gap(
                file: file.path,
                why: "events \(tail.lastSeq + 1) to \(header.firstSeq - 1) are missing before it"
            )
        }
        guard header.previousChecksum == tail.checksum else {
            throw .gap(file: file.path, why: "it doesn't follow the segment before it")
        }
    }

    private func contents(of file: JournalFile) throws(JournalError) -> [UInt8] {
        let size = try file.size()
        // A batch larger than a segment is bounded by what the recorder gathers; this is beyond any.
        guard size <= Self.fileBytesMax else {
            throw .foreign(file: file.path, why: "\(size) bytes are too large for a segment")
        }
        var failure: JournalError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(JournalError) {
                count = try file.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    private static let fileBytesMax = 1 << 30
}
