import AuditLog

// What people decided about members and channels, as far as it is in force.
extension StartState {
    static func sanctions(_ connection: Postgres, now: Int64) throws -> [Sanction] {
        let rows = try connection.query(
            """
            select kind, subject, channel, at, until, log, seq from audit.standing
            where kind in (50, 52) and (until is null or until > $1) order by at, log, seq
            """,
            [.int8(now)]
        )
        return (0..<rows.rowCount).compactMap { row in
            guard let kind = EventKind(rawValue: rows.int2(row, 0)) else { return nil }
            return Sanction(
                kind: kind,
                subject: rows.uuid(row, 1),
                channel: rows.isNull(row, 2) ? nil : rows.text(row, 2),
                at: rows.timestamp(row, 3),
                until: rows.isNull(row, 4) ? nil : rows.int8(row, 4),
                log: rows.int4(row, 5),
                seq: rows.int8(row, 6)
            )
        }
    }

    static func settings(_ connection: Postgres) throws -> [Setting] {
        let rows = try connection.query(
            """
            select case setting when 'slow' then 56 else 57 end::int2, channel, seconds
            from audit.channel_settings order by log, seq
            """
        )
        return (0..<rows.rowCount).compactMap { row in
            guard let kind = EventKind(rawValue: rows.int2(row, 0)) else { return nil }
            return Setting(
                kind: kind,
                channel: rows.text(row, 1),
                seconds: rows.isNull(row, 2) ? nil : Int(rows.int4(row, 2))
            )
        }
    }

    static func enrolments(_ connection: Postgres) throws -> [Enrolment] {
        let rows = try connection.query(
            "select subject, channel from audit.enrolments order by log, seq"
        )
        return (0..<rows.rowCount).map { row in
            Enrolment(subject: rows.uuid(row, 0), channel: rows.text(row, 1))
        }
    }
}
