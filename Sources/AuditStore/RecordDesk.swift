package import HubCore

/// Answers the operators' API from the database, over a connection of its own.
package struct RecordDesk {
    private let connection: Postgres

    /// - Throws: `PostgresError` when it can't be reached.
    package init(connecting conninfo: String) throws {
        connection = try Postgres(connecting: conninfo, application: "touchline operators")
        try connection.run("set statement_timeout = '10s'; set transaction_read_only = on")
    }

    /// A recorded bundle's files: a JSON object as text, path to content; nil when there is none.
    package func files(of digest: [UInt8]) throws -> String? {
        let rows = try connection.query(
            "select files::text from audit.policy where digest = $1",
            [.bytes(digest)]
        )
        return rows.rowCount == 1 ? rows.text(0, 0) : nil
    }

    /// - Returns: JSON text: a list, or one object, or null.
    package func answer(_ question: RecordQuestion) throws -> String {
        switch question {
        case .sanctions(let subject, let channel):
            try list(
                """
                select decision, subject, sanction, since, until, channel, rules
                from audit.active_sanctions
                where subject = coalesce($1, subject) and ($2::text is null or channel = $2)
                order by since desc, log, seq desc limit 1000
                """,
                [subject.map { .uuid($0) } ?? .null, channel.map { .text($0) } ?? .null]
            )
        case .policies:
            try list(
                """
                select decision, at, policy, by, requested_by, is_newest
                from audit.activations order by at desc, log, seq desc limit 100
                """
            )
        case .search(let search): try answer(search)
        case .decision(let log, let seq):
            try connection.query("select audit.decision($1)::text", [.text("\(log)-\(seq)")])
                .text(0, 0)
        case .content(let log, let seq):
            try one(
                """
                select decision, at, kind, disposition, channel, subject, subject_name,
                    subject_issuer, subject_sub, original, delivered, reason, connection
                from audit.trail_with_content t
                where t.log = $1 and t.seq = $2 and t.at >= (
                    select min(d.day)::timestamp at time zone 'UTC' from audit.day d
                    where d.log = $1 and $2 between d.first_seq and d.last_seq)
                """,
                [.int4(log), .int8(seq)]
            )
        }
    }

    private func answer(_ search: RecordSearch) throws -> String {
        let text = { (text: String?) in text.map { PostgresValue.text($0) } ?? .null }
        return try list(
            """
            select decision, at, kind, stage, disposition, subject, session, channel, message, refers,
                rules, shadow_rules, score, detail
            from audit.trail t
            where ($1::uuid is null or t.subject = $1) and ($2::text is null or t.channel = $2)
                and ($3::text is null or t.kind = $3) and ($4::text is null or t.disposition = $4)
                and ($5::text is null or t.rules @> array[$5])
                and ($6::text is null or t.at >= $6::text::timestamptz)
                and ($7::text is null or t.at < $7::text::timestamptz)
                and ($8::int4 is null or (t.at, t.log, t.seq) < (
                    select b.at, b.log, b.seq from audit.event b
                    where b.log = $8 and b.seq = $9 and b.at >= (
                        select min(d.day)::timestamp at time zone 'UTC' from audit.day d
                        where d.log = $8 and $9 between d.first_seq and d.last_seq)))
            order by t.at desc, t.log desc, t.seq desc limit $10
            """,
            [
                search.subject.map { .uuid($0) } ?? .null, text(search.channel),
                text(search.kind), text(search.disposition), text(search.rule),
                text(search.since), text(search.until),
                search.before.map { .int4($0.log) } ?? .null,
                search.before.map { .int8($0.seq) } ?? .null, .int8(Int64(search.limit)),
            ]
        )
    }

    private func list(_ query: String, _ values: [PostgresValue] = []) throws -> String {
        try connection.query(
            "select coalesce(json_agg(x), '[]')::text from (\(query)) x",
            values
        ).text(0, 0)
    }

    private func one(_ query: String, _ values: [PostgresValue]) throws -> String {
        let rows = try connection.query("select to_json(x)::text from (\(query)) x", values)
        return rows.rowCount == 1 ? rows.text(0, 0) : "null"
    }
}
