package import AuditLog
package import Outcomes

/// What a starting hub reads back from the record.
///
/// Order of a start: `claim` the log, drain the journal with that fence, then `load`: the state is
/// what the recorded events add up to.
package struct StartState: Sendable {
    /// A hub's hold on its log.
    package struct Claim: Sendable, Equatable {
        /// Number of this start; channel epochs carry it, and the shipper compares it.
        package var fence: Int32
        /// The newest `seq` in the database.
        package var watermark: Int64
        /// The log was registered just now.
        package var isNew: Bool

        package init(fence: Int32, watermark: Int64, isNew: Bool) {
            self.fence = fence
            self.watermark = watermark
            self.isNew = isNew
        }
    }

    /// A mute or ban in force.
    package struct Sanction: Sendable, Equatable {
        package var kind: EventKind
        package var subject: UUID16
        /// Where it holds; nil for the whole hub.
        package var channel: String?
        /// Microseconds since 2000-01-01 UTC, as `until`.
        package var at: Int64
        /// End; nil for none.
        package var until: Int64?
        package var log: Int32
        package var seq: Int64
    }

    /// What is set for a channel.
    package struct Setting: Sendable, Equatable {
        /// `slow` or `freeze`.
        package var kind: EventKind
        package var channel: String
        /// Of slow mode.
        package var seconds: Int?
    }

    /// A member who belongs to a channel whatever the claims say.
    package struct Enrolment: Sendable, Equatable {
        package var subject: UUID16
        package var channel: String
    }

    /// Tokens that are revoked and have not expired.
    package struct Revocation: Sendable, Equatable {
        /// `revoke`, or `erase` by which the subject was forgotten too.
        package var kind: EventKind
        /// One token; nil for all of the subject that were issued up to `at`.
        package var token: UUID16?
        package var subject: UUID16?
        /// Microseconds since 2000-01-01 UTC, as `until`.
        package var at: Int64
        package var until: Int64
    }

    /// A session that was gone on with, whose tokens are used up.
    package struct Resumption: Sendable, Equatable {
        package var session: UUID16
        /// Microseconds since 2000-01-01 UTC.
        package var at: Int64
        /// When they count no longer, as `at`.
        package var until: Int64
    }

    /// A strike that may still count.
    package struct Strike: Sendable, Equatable {
        package var subject: UUID16
        /// The rule's id.
        package var rule: String
        /// Microseconds since 2000-01-01 UTC.
        package var at: Int64
        package var count: Int
    }

    /// A member as the newest connection told.
    package struct Member: Sendable, Equatable {
        package var subject: UUID16
        /// A JSON object as text.
        package var claims: String
    }

    /// The bundle that judged last.
    package struct Policy: Sendable, Equatable {
        /// 32 bytes.
        package var digest: [UInt8]
        /// The activation's decision.
        package var log: Int32
        package var seq: Int64
        /// A JSON object as text, path to content; nil when the database lacks it.
        package var files: String?
    }

    /// What became of a message that was sent with an idempotency key.
    package struct KeyedMessage: Sendable, Equatable {
        package var message: UUID16
        package var seq: Int64
        /// Microseconds since 2000-01-01 UTC.
        package var at: Int64
        package var disposition: Disposition
        /// 0 when it was given none.
        package var channelSeq: Int64
        package var epoch: Int32

        package init(
            message: UUID16,
            seq: Int64,
            at: Int64,
            disposition: Disposition,
            channelSeq: Int64,
            epoch: Int32
        ) {
            self.message = message
            self.seq = seq
            self.at = at
            self.disposition = disposition
            self.channelSeq = channelSeq
            self.epoch = epoch
        }
    }

    package var sanctions: [Sanction]
    package var settings: [Setting]
    package var enrolments: [Enrolment]
    /// Oldest first.
    package var revocations: [Revocation]
    package var resumptions: [Resumption]
    /// Oldest first.
    package var strikes: [Strike]
    package var members: [Member]
    /// The newest event of the log; 0 and 0 before the first.
    package var lastSeq: Int64
    /// Its time, microseconds since 2000-01-01 UTC.
    package var lastAt: Int64
    /// Of the last day, oldest first.
    package var keyed: [KeyedMessage]
    /// Nil before the first activation.
    package var policy: Policy?
}

/// Why a hub can't have its log.
package enum StartError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The database knows this log as another journal's.
    case otherOrigin(log: Int32, registered: UUID16)

    package var description: String {
        switch self {
        case .otherOrigin(let log, let registered):
            "log \(log) of this database belongs to the journal with origin \(registered), not to "
                + "this one. Restore that journal's folder, or begin a new log: touchline audit new-log"
        }
    }
}

extension StartState {
    /// Registers the log or finds it, and raises its fence, in one transaction: a hub that had it
    /// before can ship no more.
    ///
    /// - Parameters:
    ///   - origin: the identity of the journal.
    ///   - above: the highest fence that the journal has seen. A database restored from an older
    ///     backup must not give a fence twice, because channel epochs carry it.
    package static func claim(
        _ connection: Postgres,
        log: Int32,
        origin: UUID16,
        above: Int32 = 0
    ) throws -> Claim {
        try connection.transaction {
            let added = try connection.query(
                "insert into audit.log (log, origin) values ($1, $2) on conflict (log) do nothing",
                [.int4(log), .uuid(origin)]
            )
            let found = try connection.query(
                "select origin from audit.log where log = $1 for update",
                [.int4(log)]
            )
            guard found.uuid(0, 0) == origin else {
                throw StartError.otherOrigin(log: log, registered: found.uuid(0, 0))
            }
            let raised = try connection.query(
                """
                update audit.log set fence = greatest(fence, $2) + 1 where log = $1
                returning fence, watermark
                """,
                [.int4(log), .int4(above)]
            )
            return Claim(
                fence: raised.int4(0, 0),
                watermark: raised.int8(0, 1),
                isNew: added.affectedRows == 1
            )
        }
    }

    /// The newest `seq` that the database has of a log; nil when it doesn't know the log.
    ///
    /// Changes nothing: a hub that then can't start has taken the log from nobody.
    /// - Throws: `StartError.otherOrigin` when `origin` is given and the log is another's.
    package static func watermark(
        _ connection: Postgres,
        log: Int32,
        origin: UUID16? = nil
    ) throws -> Int64? {
        let found = try connection.query(
            "select watermark, origin from audit.log where log = $1",
            [.int4(log)]
        )
        guard found.rowCount == 1 else { return nil }
        if let origin, found.uuid(0, 1) != origin {
            throw StartError.otherOrigin(log: log, registered: found.uuid(0, 1))
        }
        return found.int8(0, 0)
    }

    /// The number after the highest log that the database knows.
    package static func nextLog(_ connection: Postgres) throws -> Int32 {
        try connection.query("select coalesce(max(log), 0) + 1 from audit.log").int4(0, 0)
    }

    /// Reads the state that the shipped events add up to.
    ///
    /// - Parameters:
    ///   - now: microseconds since 2000-01-01 UTC; sanctions that end before it are left out.
    ///   - strikesFrom: from when strikes count, as `now`.
    ///   - keyedMax: newest keyed messages to take; the bound of the memory that remembers them.
    package static func load(
        _ connection: Postgres,
        log: Int32,
        now: Int64,
        strikesFrom: Int64,
        keyedMax: Int
    ) throws -> StartState {
        try connection.transaction {
            try connection.run("set transaction isolation level repeatable read read only")
            // A day of messages is read through once; that may take its time.
            try connection.run("set local statement_timeout = '10min'")
            let last = try last(connection, log: log)
            return StartState(
                sanctions: try sanctions(connection, now: now),
                settings: try settings(connection),
                enrolments: try enrolments(connection),
                revocations: try revocations(connection, now: now),
                resumptions: try resumptions(connection, now: now),
                strikes: try strikes(connection, from: strikesFrom),
                members: try members(connection),
                lastSeq: last.seq,
                lastAt: last.at,
                keyed: try keyed(connection, log: log, now: now, max: keyedMax),
                policy: try policy(connection, log: log)
            )
        }
    }

    private static func last(
        _ connection: Postgres,
        log: Int32
    ) throws -> (seq: Int64, at: Int64) {
        let found = try connection.query(
            "select watermark from audit.log where log = $1",
            [.int4(log)]
        )
        guard found.rowCount == 1 else { return (0, 0) }
        // The watermark counts quarantined events too, whose time can't be read: so the newest row.
        let days = try connection.query(
            """
            select first_seq, last_seq, day::timestamp at time zone 'UTC',
                (day + 1)::timestamp at time zone 'UTC'
            from audit.day where log = $1 order by day desc
            """,
            [.int4(log)]
        )
        for day in 0..<days.rowCount {
            let newest = try connection.query(
                """
                select at from audit.event
                where log = $1 and seq between $2 and $3 and at >= $4 and at < $5
                order by seq desc limit 1
                """,
                [
                    .int4(log), .int8(days.int8(day, 0)), .int8(days.int8(day, 1)),
                    .timestamp(days.timestamp(day, 2)), .timestamp(days.timestamp(day, 3)),
                ]
            )
            if newest.rowCount == 1 { return (found.int8(0, 0), newest.timestamp(0, 0)) }
        }
        return (found.int8(0, 0), 0)
    }

    private static func policy(_ connection: Postgres, log: Int32) throws -> Policy? {
        let rows = try connection.query(
            """
            select e.policy, e.seq, p.files::text from audit.shipped e
            left join audit.policy p on p.digest = e.policy
            where e.log = $1 and e.retention = 4 and e.kind = 3 and e.disposition = 0
                and e.policy is not null
            order by e.at desc, e.seq desc limit 1
            """,
            [.int4(log)]
        )
        guard rows.rowCount == 1 else { return nil }
        return Policy(
            digest: rows.bytes(0, 0),
            log: log,
            seq: rows.int8(0, 1),
            files: rows.isNull(0, 2) ? nil : rows.text(0, 2)
        )
    }
}
