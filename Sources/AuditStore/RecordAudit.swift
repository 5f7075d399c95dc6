package import AuditLog

/// Checks a log as it lies in the database: every row against its leaf, the leaves against every
/// signed checkpoint, and, if asked for, the contents against what the events committed to.
///
/// It reads what was shipped when it began, a day at a time, each in a statement of its own: so it
/// takes little memory, and retention need not wait for it.
package final class RecordAudit {
    /// A log that the database has.
    package struct Log: Sendable {
        package var number: Int32
        package var origin: UUID16
        /// The newest event shipped.
        package var watermark: Int64
        /// The newest checkpoint's size; 0 without one.
        package var signedSize: Int64
    }

    /// How much was looked at.
    package struct Counts: Sendable {
        package var events: Int64 = 0
        package var quarantined: Int64 = 0
        package var pruned: Int64 = 0
        /// Events of an export of which it has only the leaf.
        package var absent: Int64 = 0
        package var contents: Int64 = 0
        /// Events whose content is erased, or was dropped in time.
        package var contentsGone: Int64 = 0

        package init() {}
    }

    /// What an export is made of, in the order of the log.
    package enum Item {
        /// An event; the leaf as it was stored, nil when there is none.
        case event(UnsafeRawBufferPointer, leaf: TreeHash?)
        case content(seq: Int64, ContentPart)
        /// Refused by PostgreSQL; the tuple as the journal has it.
        case quarantined([UInt8], leaf: TreeHash?)
        /// No row is there, or none is asked for.
        case absent(leaf: TreeHash?)
        /// A signed note over all that came before.
        case checkpoint(String)
    }

    package private(set) var check: RecordCheck
    package private(set) var counts = Counts()
    private let log: Log
    private let rows: Postgres
    private let contentRows: Postgres?
    private let side: Postgres
    private var tiles: TileStream
    private var checkpoints: CheckpointStream
    private var absent: AbsentEvents
    private let signedOutside: Int64
    private let range: ClosedRange<Int64>
    /// Whether the whole log is asked about.
    private let isWhole: Bool
    private let visit: (Item) throws -> Void
    private var contents: ContentStream?
    /// Time of the newest row so far.
    private var newestAt = Int64.min
    /// Rows that came too early for their number.
    private var strays: [Int64: [UInt8]] = [:]
    /// Rows of times at which `audit.day` has no such number.
    private var unindexed: Set<Int64> = []

    /// More of them are taken for a gap instead.
    private static let straysMax = 1000
    private static let progressEvery: Int64 = 16_384

    package static func logs(_ connection: Postgres) throws -> [Log] {
        let found = try connection.query(
            """
            select l.log, l.origin, l.watermark, coalesce((
                select max(c.size) from audit.checkpoint c where c.log = l.log), 0)
            from audit.log l order by l.log
            """
        )
        return (0..<found.rowCount).map { row in
            Log(
                number: found.int4(row, 0),
                origin: found.uuid(row, 1),
                watermark: found.int8(row, 2),
                signedSize: found.int8(row, 3)
            )
        }
    }

    /// - Parameters:
    ///   - database: libpq's connection string.
    ///   - kept: signed notes of this log from outside, with the size each was signed for.
    ///   - checksContent: needs a role that may read content.
    ///   - range: only these events; nil for all.
    ///   - visit: is shown everything as it is read.
    package init(
        _ database: String,
        log: Log,
        keys: LogKeys,
        kept: [(size: Int64, note: String)] = [],
        checksContent: Bool,
        range: ClosedRange<Int64>? = nil,
        visit: @escaping (Item) throws -> Void = { _ in }
    ) throws {
        self.log = log
        rows = try Self.connect(database)
        side = try Self.connect(database)
        contentRows = checksContent ? try Self.connect(database) : nil
        self.range = range ?? 1...max(1, log.watermark)
        isWhole = range == nil
        self.visit = visit
        let before = try ReceiptMaker(side, log: log.number).frontier(of: self.range.lowerBound - 1)
        check = RecordCheck(keys: keys, after: before)
        tiles = TileStream(side, log: log.number, lastSeq: log.watermark)
        checkpoints = try CheckpointStream(
            side,
            log: log.number,
            after: self.range.lowerBound - 1,
            lastSeq: log.watermark,
            kept: kept.map { .init(size: $0.size, note: $0.note) }
        )
        absent = try AbsentEvents(side, log: log.number)
        signedOutside = kept.map(\.size).max() ?? 0
    }

    /// Checks it all.
    ///
    /// - Parameter progress: is told the newest event checked, some times a second.
    package func run(progress: (Int64) -> Void) throws {
        for span in try spans() { try read(span, progress) }
        try skip(to: min(range.upperBound, log.watermark) + 1)
        for seq in strays.keys.sorted() { check.takeStray(seq: seq) }
        // Where the row itself is not what it was, that is told.
        for seq in unindexed.subtracting(check.findings.map(\.seq)).sorted() {
            check.report(seq, .unindexed)
        }
        if isWhole, let stray = try StrayRows.behindEnd(of: log.number, side) {
            check.report(stray.seq, stray.what)
        }
        guard range.lowerBound == 1, range.upperBound >= log.watermark else {
            try reachCheckpoint()
            return check.finish(signed: 0)
        }
        for range in try absent.unexplained() {
            check.report(range.lowerBound, .pruned(last: range.upperBound))
        }
        check.finish(signed: max(log.signedSize, signedOutside))
    }

    /// Goes on, with leaves alone, to the first checkpoint that covers the range.
    private func reachCheckpoint() throws {
        guard check.signedSize < check.lastSeq, let size = checkpoints.nextSize else { return }
        while check.lastSeq < size {
            let leaf = try tiles.leaf(of: check.lastSeq + 1, &check)
            check.takeAbsent(stored: leaf, isAccountedFor: true)
            try visit(.absent(leaf: leaf))
        }
        try compareCheckpoints()
    }

    private static func connect(_ database: String) throws -> Postgres {
        let connection = try Postgres(connecting: database, application: "touchline audit verify")
        // A day's rows may take longer than a statement of the hub's.
        try connection.run("set statement_timeout = 0; set default_transaction_read_only = on")
        return connection
    }
}

extension RecordAudit {
    /// Rows whose time lies in one stretch of it.
    private struct Span {
        /// In SQL.
        var condition: String
        /// The events that belong there, as `audit.day` has it; empty for a stretch without any.
        var seqs: Range<Int64>
    }

    /// All times: the days of the log, and those between them, where no row should be.
    private func spans() throws -> [Span] {
        let days = try side.query(
            """
            select to_char(day::timestamp, 'YYYY-MM-DD'),
                to_char((day + 1)::timestamp, 'YYYY-MM-DD'), first_seq, last_seq
            from audit.day where log = $1 and isfinite(day) and last_seq >= $2 and first_seq <= $3
            order by day
            """,
            [.int4(log.number), .int8(range.lowerBound), .int8(range.upperBound)]
        )
        var spans: [Span] = []
        var end: String?
        func add(_ from: String?, _ to: String?, _ seqs: Range<Int64> = 0..<0) {
            var condition =
                "log = \(log.number) and seq between \(range.lowerBound)"
                + " and \(min(range.upperBound, log.watermark))"
            if let from { condition += " and at >= '\(from) 00:00:00+00'" }
            if let to { condition += " and at < '\(to) 00:00:00+00'" }
            spans.append(Span(condition: condition, seqs: seqs))
        }
        for row in 0..<days.rowCount {
            let (from, to) = (days.text(row, 0), days.text(row, 1))
            if from != end { add(end, from) }
            let first = days.int8(row, 2)
            add(from, to, first..<max(first, days.int8(row, 3) + 1))
            end = to
        }
        add(end, nil)
        return spans
    }

    private func read(_ span: Span, _ progress: (Int64) -> Void) throws {
        if let contentRows {
            contents = try ContentStream(contentRows, where: span.condition)
        }
        let events = try EventCopy.begin(rows, where: span.condition)
        while let tuple = try events.next() {
            let seq = Row.seq(of: tuple) ?? 0
            let next = check.lastSeq + 1
            if !span.seqs.contains(seq), unindexed.count < Self.straysMax { unindexed.insert(seq) }
            if seq > next, seq < span.seqs.upperBound || strays.count >= Self.straysMax {
                try skip(to: seq)
            }
            if seq == check.lastSeq + 1 {
                try accept(tuple)
            } else if seq > next {
                strays[seq] = Array(tuple)
            } else {
                check.takeStray(seq: seq)
            }
            if check.lastSeq % Self.progressEvery == 0 { progress(check.lastSeq) }
        }
        // What is left belongs to no event.
        if contents != nil { _ = try parts(of: .max) }
        progress(check.lastSeq)
    }

    /// Brings the events before one that have no row in their place.
    private func skip(to seq: Int64) throws {
        while check.lastSeq + 1 < seq {
            let next = check.lastSeq + 1
            if let stray = strays.removeValue(forKey: next) {
                try stray.withUnsafeBytes { try accept($0) }
                continue
            }
            let leaf = try tiles.leaf(of: next, &check)
            switch try absent.account(for: next) {
            case .quarantined(let tuple?, _):
                counts.quarantined += 1
                tuple.withUnsafeBytes { check.take($0, stored: leaf) }
                try visit(.quarantined(tuple, leaf: leaf))
            case .quarantined(nil, let own):
                counts.quarantined += 1
                check.take(own: own, stored: leaf)
                try visit(.absent(leaf: leaf))
            // No event is older than those before it, so a range that says so was made up.
            case .pruned(let lastAt) where lastAt >= newestAt:
                counts.pruned += 1
                check.takeAbsent(stored: leaf, isAccountedFor: true)
                try visit(.absent(leaf: leaf))
            case .pruned, nil: check.takeAbsent(stored: leaf, isAccountedFor: false)
            }
            try compareCheckpoints()
        }
    }

    private func accept(_ tuple: UnsafeRawBufferPointer) throws {
        counts.events += 1
        let leaf = try tiles.leaf(of: check.lastSeq + 1, &check)
        check.take(tuple, stored: leaf)
        newestAt = max(newestAt, Row.at(of: tuple) ?? newestAt)
        try visit(.event(tuple, leaf: leaf))
        if contents != nil { try compareContent(tuple) }
        try compareCheckpoints()
    }

    private func compareCheckpoints() throws {
        guard let size = checkpoints.nextSize, size <= check.lastSeq else { return }
        for item in try checkpoints.take(upTo: check.lastSeq) {
            check.takeCheckpoint(note: item.note, root: item.root, frontier: item.frontier)
            try visit(.checkpoint(item.note))
        }
    }

    private func compareContent(_ tuple: UnsafeRawBufferPointer) throws {
        let seq = check.lastSeq
        guard var parts = try parts(of: seq) else {
            return check.report(seq, .content("it has a part that the hub never wrote"))
        }
        counts.contents += Int64(parts.count)
        for part in parts { try visit(.content(seq: seq, part)) }
        guard let hash = Event.contentHash(of: tuple) else {
            if !parts.isEmpty { check.report(seq, .content("the event never had any")) }
            return
        }
        if Commitment.contentHash(of: parts) == hash { return }
        let stored = Set(parts.map(\.kind))
        parts += try quarantinedParts(of: seq).filter { !stored.contains($0.kind) }
        if parts.isEmpty {
            counts.contentsGone += 1
        } else if Commitment.contentHash(of: parts) != hash {
            check.report(seq, .content("it is not what the event committed to"))
        }
    }

    private func parts(of seq: Int64) throws -> [ContentPart]? {
        guard contents != nil else { return [] }
        return try contents?.parts(of: seq) { orphan in
            // A pruned event's content may outlive it.
            if case .pruned? = try? absent.account(for: orphan) { return }
            check.report(orphan, .content("it stands where its event is not"))
        }
    }

    private func quarantinedParts(of seq: Int64) throws -> [ContentPart] {
        let found = try side.query(
            """
            select tuple from audit.quarantine
            where log = $1 and seq = $2 and record = 'content'
            """,
            [.int4(log.number), .int8(seq)]
        )
        var parts: [Part: ContentPart] = [:]
        for row in 0..<found.rowCount {
            let tuple = found.bytes(row, 0)
            guard let part = try? tuple.withUnsafeBytes({ try ContentRow(decoding: $0).part })
            else { continue }
            parts[part.kind] = part
        }
        return Array(parts.values)
    }
}
