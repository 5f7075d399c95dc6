import AuditLog
import Outcomes

// What a start reads back of members: who is known, what counts of them, and what they sent by key.
extension StartState {
    static func revocations(_ connection: Postgres, now: Int64) throws -> [Revocation] {
        let rows = try connection.query(
            """
            select subject, (detail ->> 'token')::uuid, at, (detail ->> 'until')::int8, kind
            from audit.shipped
            where (retention, kind) in ((3, 55), (4, 60)) and disposition = 0
                and (detail ->> 'until')::int8 > $1
            order by at, log, seq
            """,
            [.int8(now)]
        )
        return (0..<rows.rowCount).compactMap { row in
            guard let kind = EventKind(rawValue: rows.int2(row, 4)) else { return nil }
            return Revocation(
                kind: kind,
                token: rows.isNull(row, 1) ? nil : rows.uuid(row, 1),
                subject: rows.isNull(row, 0) ? nil : rows.uuid(row, 0),
                at: rows.timestamp(row, 2),
                until: rows.int8(row, 3)
            )
        }
    }

    /// Read through a partial index, all of them: most have expired, but they are few.
    static func resumptions(_ connection: Postgres, now: Int64) throws -> [Resumption] {
        let rows = try connection.query(
            """
            select (detail ->> 'from')::uuid, at, (detail ->> 'until')::int8
            from audit.shipped
            where retention = 2 and kind = 13 and disposition = 0
                and (detail ->> 'until')::int8 > $1
            order by at, log, seq
            """,
            [.int8(now)]
        )
        return (0..<rows.rowCount).map { row in
            Resumption(
                session: rows.uuid(row, 0),
                at: rows.timestamp(row, 1),
                until: rows.int8(row, 2)
            )
        }
    }

    static func strikes(_ connection: Postgres, from start: Int64) throws -> [Strike] {
        let rows = try connection.query(
            """
            select subject, rules[1], at, (detail ->> 'count')::int4 from audit.shipped
            where retention = 3 and kind = 54 and disposition = 0 and at > $1
                and subject is not null and cardinality(rules) = 1 and detail ->> 'count' is not null
            order by at, log, seq
            """,
            [.timestamp(start)]
        )
        return (0..<rows.rowCount).map { row in
            Strike(
                subject: rows.uuid(row, 0),
                rule: rows.text(row, 1),
                at: rows.timestamp(row, 2),
                count: Int(rows.int4(row, 3))
            )
        }
    }

    static func members(_ connection: Postgres) throws -> [Member] {
        let rows = try connection.query(
            "select pseudonym, claims::text from audit.subject where claims is not null"
        )
        return (0..<rows.rowCount).map { row in
            Member(subject: rows.uuid(row, 0), claims: rows.text(row, 1))
        }
    }

    /// Keys make UUIDs of version 8 (RFC 9562, section 5.8), others have version 7.
    static func keyed(
        _ connection: Postgres,
        log: Int32,
        now: Int64,
        max: Int
    ) throws -> [KeyedMessage] {
        let rows = try connection.query(
            """
            select message, seq, at, disposition, channel_seq, channel_epoch from audit.shipped
            where log = $1 and retention = 1 and kind = 30 and at > $2
                and get_byte(uuid_send(message), 6) >> 4 = 8
            order by seq desc limit $3
            """,
            [.int4(log), .timestamp(now - Shipment.microsecondsPerDay), .int8(Int64(max))]
        )
        return (0..<rows.rowCount).reversed().compactMap { row in
            guard let disposition = Disposition(rawValue: rows.int2(row, 3)) else { return nil }
            return KeyedMessage(
                message: rows.uuid(row, 0),
                seq: rows.int8(row, 1),
                at: rows.timestamp(row, 2),
                disposition: disposition,
                channelSeq: rows.isNull(row, 4) ? 0 : rows.int8(row, 4),
                epoch: rows.isNull(row, 5) ? 0 : rows.int4(row, 5)
            )
        }
    }
}
