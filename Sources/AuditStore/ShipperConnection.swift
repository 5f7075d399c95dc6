import AuditLog

/// The shipper's side of PostgreSQL: one transaction for each shipment.
final class ShipperConnection {
    /// Why a hub must not ship any more.
    enum Halt: Error {
        /// The log's fence is another than this hub's, or its row has gone (`found` is nil).
        case fenceMoved(found: Int32?, own: Int32)
        case recordsMissing(expected: Int64, found: Int64)
        /// The newest tile does not have the leaves of the events that are there; in bytes.
        case tileMissing(tile: Int64, expected: Int, found: Int)
    }

    /// The watermark is not where this connection left it.
    struct WatermarkMoved: Error {}

    /// The newest `seq` in the database.
    private(set) var watermark: Int64
    /// How far this machine's clock was ahead of the database's at the last shipment, microseconds.
    private(set) var clockAheadUs: Int64 = 0
    /// The hashes of the tile that the next event goes to.
    private var openTile: [UInt8] = []
    private let postgres: Postgres
    private let log: Int32
    private let fence: Int32
    private var preparedDays: Set<Int32> = []
    /// When a refusal lets partitions be tried again; a clock set back only makes it later.
    private var partitionsPausedUntil: Int64?

    /// Connects and reads the watermark.
    init(_ conninfo: String, log: Int32, fence: Int32) throws {
        postgres = try Postgres(connecting: conninfo, application: "touchline shipper \(log)")
        self.log = log
        self.fence = fence
        watermark = 0
        watermark = try lockedWatermark("")
        openTile = try Self.openTile(postgres, log: log, after: watermark)
    }

    func canceller() -> PostgresCanceller { postgres.canceller() }

    /// Makes the partitions of today, the days after and the shipment's days where they are missing.
    ///
    /// A reader in the way, or any other refusal, only costs the rows their partition: the default
    /// one takes them.
    /// - Parameter now: microseconds since 2000-01-01 UTC.
    /// - Throws: only when the connection is lost.
    func preparePartitions(for shipment: Shipment, now: Int64) throws {
        let today = Shipment.day(of: now)
        let ahead = today...(today + Self.daysAhead)
        // A clock that is wrong must not leave years of empty tables; other days go to the default.
        let days = shipment.days.keys.filter { abs(Int($0) - Int(today)) <= Self.daysAwayMax }
        let missing = Set(days).union(ahead).subtracting(preparedDays)
        if missing.isEmpty { return }
        if let until = partitionsPausedUntil, now < until { return }
        do {
            for day in missing.sorted() {
                _ = try postgres.query("select audit.ensure_partitions($1, $1)", [.date(day)])
                preparedDays.insert(day)
            }
        } catch {
            if error.isConnectionLost { throw error }
            partitionsPausedUntil = now + Self.partitionRetryUs
        }
    }

    /// Ships everything and moves the watermark in one transaction.
    ///
    /// - Parameter now: this machine's clock, microseconds since 2000-01-01 UTC.
    /// - Returns: records that went to quarantine.
    func ship(_ shipment: Shipment, now: () -> Int64) throws -> Int {
        do {
            return try ship(shipment, now, isCareful: false)
        } catch let error as PostgresError where error.isRowFault {
            return try ship(shipment, now, isCareful: true)
        }
    }

    private func ship(
        _ shipment: Shipment,
        _ now: () -> Int64,
        isCareful: Bool
    ) throws -> Int {
        var tile = openTile
        let quarantined = try postgres.transaction {
            guard try lockedWatermark("for update") == watermark else { throw WatermarkMoved() }
            var bad = 0
            for item in shipment.misshapen {
                try quarantine(
                    item.record,
                    seq: item.seq,
                    tuple: item.tuple,
                    PostgresError(sqlState: "22P04", message: "not a tuple of its kind")
                )
                bad += 1
            }
            bad += try copy(.event, shipment.events, isCareful)
            bad += try copy(.content, shipment.contents, isCareful)
            bad += try upsert(.policy, shipment.policies, shipment.policies.all, isCareful)
            let checkpoints = shipment.checkpoints
            bad += try upsert(.checkpoint, checkpoints, checkpoints.all, isCareful)
            bad += try carryOut(shipment, isCareful)
            tile = try Self.extendTiles(
                postgres,
                log: log,
                after: watermark,
                open: openTile,
                with: shipment.leaves
            )
            for (day, seqs) in shipment.days {
                _ = try postgres.query(
                    Self.dayStatement,
                    [.int4(log), .date(day), .int8(seqs.lowerBound), .int8(seqs.upperBound)]
                )
            }
            let moved = try postgres.query(
                "update audit.log set watermark = $2 where log = $1 returning clock_timestamp()",
                [.int4(log), .int8(shipment.lastSeq)]
            )
            clockAheadUs = now() - moved.timestamp(0, 0)
            return bad
        }
        watermark = shipment.lastSeq
        openTile = tile
        return quarantined
    }

    /// Does what the shipment's events say of forgetting and keeping, and answers requests, after its
    /// events and contents are there: so what was on its way goes too, and shipping again does it again.
    /// Who people are comes in between, in the order of the log: who was forgotten and came back
    /// is known again.
    ///
    /// - Returns: records that went to quarantine.
    private func carryOut(_ shipment: Shipment, _ isCareful: Bool) throws -> Int {
        if !shipment.carriedOut.isEmpty {
            // Everything that a member ever wrote may take its time.
            try postgres.run("set local statement_timeout = '10min'")
        }
        let subjects = shipment.subjects
        var (next, bad) = (0, 0)
        for event in shipment.carriedOut {
            let end = subjects.firstTuple(after: event.seq, from: next)
            bad += try upsert(.subject, subjects, next..<end, isCareful)
            next = end
            _ = try postgres.query(
                "select audit.carry_out($1, $2, $3)",
                [.int4(log), .int8(event.seq), .timestamp(event.at)]
            )
        }
        bad += try upsert(.subject, subjects, next..<subjects.count, isCareful)
        guard let firstAt = shipment.firstAt, Row.atRange.contains(firstAt) else { return bad }
        _ = try postgres.query(
            "select audit.erase_late($1, $2, $3)",
            [.int4(log), .int8(watermark), .timestamp(firstAt)]
        )
        return bad
    }

    private func lockedWatermark(_ lock: String) throws -> Int64 {
        let row = try postgres.query(
            "select watermark, fence from audit.log where log = $1 \(lock)",
            [.int4(log)]
        )
        guard row.rowCount == 1 else { throw Halt.fenceMoved(found: nil, own: fence) }
        guard row.int4(0, 1) == fence else {
            throw Halt.fenceMoved(found: row.int4(0, 1), own: fence)
        }
        return row.int8(0, 0)
    }

    private func copy(
        _ record: JournalRecordType,
        _ run: Shipment.Run,
        _ isCareful: Bool
    ) throws -> Int {
        try send(record, run, run.all, isCareful) { tuples in
            let statement = record == .event ? Self.copyEvents : Self.copyContents
            let copied = try run.bytes.withUnsafeBytes { bytes in
                try postgres.copyIn(
                    statement,
                    tuples: UnsafeRawBufferPointer(rebasing: bytes[run.stretch(tuples)])
                )
            }
            guard copied == tuples.count else {
                throw PostgresError(
                    sqlState: "22P04",
                    message: "\(copied) rows of \(tuples.count) were copied"
                )
            }
        }
    }

    private func upsert(
        _ record: JournalRecordType,
        _ run: Shipment.Run,
        _ tuples: Range<Int>,
        _ isCareful: Bool
    ) throws -> Int {
        let statement =
            switch record {
            case .subject: Self.subjectStatement
            case .policy: Self.policyStatement
            default: Self.checkpointStatement
            }
        return try send(record, run, tuples, isCareful) { tuples in
            for tuple in tuples {
                let fields = run.bytes.withUnsafeBytes { bytes in
                    Shipment.fields(
                        of: UnsafeRawBufferPointer(rebasing: bytes[run.stretch(tuple..<tuple + 1)])
                    )
                }
                _ = try postgres.query(statement, fields)
            }
        }
    }

    /// Sends a stretch of tuples. When careful, a stretch that PostgreSQL refuses is halved until the
    /// bad rows are alone, and these are put into quarantine.
    private func send(
        _ record: JournalRecordType,
        _ run: Shipment.Run,
        _ tuples: Range<Int>,
        _ isCareful: Bool,
        _ body: (Range<Int>) throws -> Void
    ) throws -> Int {
        if tuples.isEmpty { return 0 }
        guard isCareful else {
            try body(tuples)
            return 0
        }
        try postgres.run("savepoint stretch")
        do {
            try body(tuples)
            try postgres.run("release savepoint stretch")
            return 0
        } catch let error as PostgresError where error.isRowFault {
            try postgres.run("rollback to savepoint stretch; release savepoint stretch")
            guard tuples.count > 1 else {
                try quarantine(
                    record,
                    seq: run.seq(tuples.lowerBound),
                    tuple: Array(run.bytes[run.stretch(tuples)]),
                    error
                )
                return 1
            }
        }
        let middle = tuples.lowerBound + tuples.count / 2
        return try send(record, run, tuples.lowerBound..<middle, true, body)
            + send(record, run, middle..<tuples.upperBound, true, body)
    }

    private func quarantine(
        _ record: JournalRecordType,
        seq: Int64,
        tuple: [UInt8],
        _ error: PostgresError
    ) throws {
        _ = try postgres.query(
            Self.quarantineStatement,
            [
                .int4(log), .int8(seq), .text("\(record)"), .bytes(tuple), .text(error.sqlState),
                .text(error.message),
            ]
        )
    }

    /// Enough for a weekend with a lock that is never free.
    private static let daysAhead: Int32 = 2
    /// The journal's default keep of 7 days, and room for a longer one.
    private static let daysAwayMax = 35
    /// A minute between attempts while a reader holds the lock.
    private static let partitionRetryUs: Int64 = 60_000_000

    /// The columns of schema 1, by name: columns that a later file appends don't disturb them.
    static let copyEvents = """
        copy audit.event (log, seq, at, schema, retention, kind, stage, disposition, session, subject, \
        channel, channel_epoch, channel_seq, message, refers_log, refers_seq, rules, shadow_rules, \
        score, policy, bytes, judged_ns, content_hash, detail) from stdin (format binary)
        """
    static let copyContents =
        "copy audit.content (log, seq, at, part, salt, body) from stdin (format binary)"
    private static let subjectStatement = """
        insert into audit.subject as old (pseudonym, issuer, sub, name, claims, first_seen)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (pseudonym) do update
        set issuer = excluded.issuer, sub = excluded.sub, name = excluded.name,
            claims = excluded.claims
        where (old.issuer, old.sub, old.name, old.claims::text)
            is distinct from (excluded.issuer, excluded.sub, excluded.name, excluded.claims::text)
        """
    private static let policyStatement = """
        insert into audit.policy (digest, files) values ($1, $2) on conflict (digest) do nothing
        """
    private static let checkpointStatement = """
        insert into audit.checkpoint (log, size, at, root, frontier, note)
        values ($1, $2, $3, $4, $5, $6) on conflict (log, size) do nothing
        """
    private static let dayStatement = """
        insert into audit.day as old (log, day, first_seq, last_seq) values ($1, $2, $3, $4)
        on conflict (log, day) do update
        set first_seq = least(old.first_seq, excluded.first_seq),
            last_seq = greatest(old.last_seq, excluded.last_seq)
        """
    private static let quarantineStatement = """
        insert into audit.quarantine (log, seq, record, tuple, sqlstate, message)
        values ($1, $2, $3, $4, $5, $6)
        """
}
