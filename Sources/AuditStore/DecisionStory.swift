import AuditLog

/// What the record tells of one decision, in words.
package struct DecisionStory {
    /// A part of it, for a line of its own.
    package struct Chapter: Sendable {
        package var title: String
        /// May hold members' text: not safe for a terminal as it is.
        package var text: String
    }

    private let postgres: Postgres
    private let log: Int32
    private let seq: Int64

    package init(_ postgres: Postgres, log: Int32, seq: Int64) {
        self.postgres = postgres
        self.log = log
        self.seq = seq
    }

    /// The story; nil when no such event is in the database.
    package func chapters() throws -> [Chapter]? {
        let may = try postgres.query(
            """
            select has_table_privilege('audit.content', 'select')
                and has_table_privilege('audit.subject', 'select')
            """
        ).bool(0, 0)
        let first = try postgres.query(Self.eventStatement, key)
        guard first.rowCount == 1 else { return nil }
        var chapters = event(first)
        chapters += try rules(first)
        chapters.insert(contentsOf: try who(first, may), at: 2)
        chapters += may ? try said(first) : [Chapter(title: "Said", text: Self.hidden)]
        chapters += try proof()
        chapters += try context(first)
        return chapters
    }

    private var key: [PostgresValue] { [.int4(log), .int8(seq)] }

    private func event(_ row: PostgresResult) -> [Chapter] {
        var what = "\(row.text(0, 1)): \(row.text(0, 2)), decided at step \(row.text(0, 3))"
        if !row.isNull(0, 4) { what += ", in \(row.text(0, 4))" }
        if !row.isNull(0, 12) { what += ", about decision \(row.text(0, 12))" }
        var chapters = [
            Chapter(title: "When", text: row.text(0, 0)), Chapter(title: "What", text: what),
        ]
        if row.text(0, 10) != "{}" {
            chapters.append(Chapter(title: "Detail", text: row.text(0, 10)))
        }
        chapters.append(Chapter(title: "Judged", text: row.text(0, 11)))
        return chapters
    }

    private func who(_ row: PostgresResult, _ may: Bool) throws -> [Chapter] {
        guard !row.isNull(0, 5) else { return [Chapter(title: "Who", text: "nobody known")] }
        var text = "pseudonym \(row.uuid(0, 5))"
        if may {
            let found = try postgres.query(
                "select coalesce(name, sub), sub, issuer from audit.subject where pseudonym = $1",
                [.uuid(row.uuid(0, 5))]
            )
            text =
                found.rowCount == 1
                ? "\(found.text(0, 0)) (\(found.text(0, 1)) at \(found.text(0, 2))), \(text)"
                : "\(text); who that is was erased"
        }
        var chapters = [Chapter(title: "Who", text: text)]
        guard !row.isNull(0, 6) else { return chapters }
        let session = try postgres.query(
            """
            select to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), log || '-' || seq
            from audit.event where subject = $1 and session = $2 and kind = 10 and retention = 2
                and at <= $3
            order by at desc limit 1
            """,
            [.uuid(row.uuid(0, 5)), .uuid(row.uuid(0, 6)), .timestamp(row.timestamp(0, 9))]
        )
        if session.rowCount == 1 {
            let text =
                "\(row.uuid(0, 6)), since \(session.text(0, 0)) (decision \(session.text(0, 1)))"
            chapters.append(Chapter(title: "Session", text: text))
        }
        return chapters
    }

    private func rules(_ row: PostgresResult) throws -> [Chapter] {
        var chapters: [Chapter] = []
        let policy: PostgresValue = row.isNull(0, 8) ? .null : .bytes(row.bytes(0, 8))
        let found = try postgres.query(
            """
            select r.mode, r.rule, (
                select min(f.key) from audit.policy p, json_each_text(p.files) f
                where p.digest = $3 and f.value ~ ('(?n)^[ -]*id: *["'']?'
                    || regexp_replace(r.rule, '[^[:alnum:]-]', '\\\\\\&', 'g') || '["'']?\\s*(#.*)?$'))
            from (
                select 'Rule' as mode, unnest(e.rules) as rule from audit.event e
                where e.log = $1 and e.seq = $2
                union all
                select 'In shadow', unnest(e.shadow_rules) from audit.event e
                where e.log = $1 and e.seq = $2
            ) r
            """,
            key + [policy]
        )
        for rule in 0..<found.rowCount {
            let file = found.isNull(rule, 2) ? "" : ", in \(found.text(rule, 2))"
            chapters.append(
                Chapter(title: found.text(rule, 0), text: found.text(rule, 1) + file)
            )
        }
        if !row.isNull(0, 8) {
            let digest = TreeHash(row.bytes(0, 8)).map { "\($0)" } ?? ""
            chapters.append(Chapter(title: "Policy", text: digest))
        }
        return chapters
    }

    private func said(_ row: PostgresResult) throws -> [Chapter] {
        guard row.bool(0, 7) else { return [] }
        let found = try postgres.query(
            """
            select initcap(k.name), audit.readable(c.body)
            from audit.content c join audit.kind k on k.family = 'part' and k.number = c.part
            where c.log = $1 and c.seq = $2 and c.at = $3 order by c.part
            """,
            key + [.timestamp(row.timestamp(0, 9))]
        )
        if found.rowCount == 0 {
            return [Chapter(title: "Said", text: "erased, or dropped when its time was over")]
        }
        return (0..<found.rowCount).map {
            Chapter(title: found.text($0, 0), text: found.text($0, 1))
        }
    }

    private func proof() throws -> [Chapter] {
        let found = try postgres.query(
            """
            select size, to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') from audit.checkpoint
            where log = $1 and size >= $2 order by size limit 1
            """,
            key
        )
        let text =
            found.rowCount == 1
            ? "signed \(found.text(0, 1)), with the checkpoint of size \(found.int8(0, 0))"
            : "not signed yet"
        return [Chapter(title: "Proof", text: text)]
    }

    /// What it is about and what followed from it, and the same person's sanctions of the next minutes.
    private func context(_ row: PostgresResult) throws -> [Chapter] {
        let subject: PostgresValue = row.isNull(0, 5) ? .null : .uuid(row.uuid(0, 5))
        let found = try postgres.query(
            """
            select (x.at, x.log, x.seq) < ($3, $1, $2), to_char(x.at at time zone 'UTC',
                'YYYY-MM-DD HH24:MI:SS') || ' ' || x.kind || ', ' || x.disposition || ' (decision '
                || x.decision || coalesce(', about ' || x.refers, '') || ')'
            from (
                select * from audit.story($1 || '-' || $2)
                union all
                select * from audit.trail t
                where t.at >= $3 and t.at < $3 + interval '5 minutes' and t.subject = $4
                    and t.kind in ('mute', 'ban', 'unmute', 'unban', 'disconnect')
                    and t.refers is null
            ) x
            where (x.log, x.seq) <> ($1, $2)
            order by x.at, x.log, x.seq limit \(Self.contextMax)
            """,
            key + [.timestamp(row.timestamp(0, 9)), subject]
        )
        let lines = (0..<found.rowCount).map { line in
            Chapter(title: found.bool(line, 0) ? "Before" : "Then", text: found.text(line, 1))
        }
        if lines.contains(where: { $0.title == "Then" }) { return lines }
        return lines + [Chapter(title: "Then", text: "nothing followed")]
    }

    /// More is for the question of docs/sql.md.
    private static let contextMax = 50

    private static let hidden = "this role may not read it (touchline_reviewer may)"

    private static let eventStatement = """
        select to_char(t.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') || ' UTC', t.kind,
            t.disposition, t.stage, t.channel, t.subject, t.session, t.content_hash is not null,
            decode(t.policy, 'hex'), t.at, t.detail::text,
            t.bytes || ' bytes in ' || round(t.judged_ns / 1000.0, 1) || ' µs', t.refers
        from audit.trail t
        where t.log = $1 and t.seq = $2 and exists (
            select from audit.day d where d.log = $1 and $2 between d.first_seq and d.last_seq)
        limit 1
        """
}
