import AuditLog
import AuditStore
import Outcomes
import Testing

@Suite("Roles of schema audit")
struct AuditRolesTests {
    private let lab: Laboratory

    init() throws {
        lab = try Laboratory()
    }

    @Test("nobody changes an event, and each role sees only what is its own")
    func rolesAreDenied() throws {
        lab.records.append(
            Event(
                log: 1,
                seq: 1,
                at: Laboratory.now(),
                kind: .message,
                stage: .done,
                disposition: .allow
            )
        )
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let roles = ["server", "auditor", "reviewer", "keeper", "migrate", "owner"]
        for role in roles.map({ "touchline_\($0)" }) + ["postgres"] {
            for statement in ["update audit.event set score = 1", "delete from audit.event"] {
                #expect(try lab.refusal(statement, as: role) == "42501", "\(role): \(statement)")
            }
        }
        let denied: [(String, String)] = [
            ("auditor", "select from audit.content"), ("auditor", "select from audit.subject"),
            ("auditor", "select from audit.trail_with_content"),
            ("auditor", "select from audit.quarantine"),
            ("auditor", "update audit.log set fence = 0"),
            ("auditor", "select audit.ensure_partitions('2031-01-01', '2031-01-01')"),
            ("reviewer", "delete from audit.content"),
            ("reviewer", "insert into audit.day values (1)"),
            ("keeper", "truncate audit.event"),
            ("keeper", "delete from audit.content"), ("server", "delete from audit.content"),
            ("server", "truncate audit.event"),
            ("server", "drop table audit.event_system_default"),
            ("server", "delete from audit.quarantine"),
            ("auditor", "select audit.content_hash(1, 1, now())"),
            ("auditor", "create table audit.copy (body bytea)"),
            ("auditor", "select from audit.content_default"),
            ("auditor", "select reason from audit.request"),
            ("operator", "select id from audit.request"),
            ("operator", "select kind, subject from audit.request where kind = 3"),
            ("operator", "select from audit.event"), ("operator", "select from audit.erasure"),
            ("operator", "select from audit.preservation"),
            ("reviewer", "insert into audit.content values (1)"),
            ("keeper", "update audit.content set body = ''"),
            ("keeper", "update audit.subject set name = 'x'"),
            ("server", "create view audit.leak as select * from audit.content"),
        ]
        for (role, statement) in denied {
            #expect(
                try lab.refusal(statement, as: "touchline_\(role)") == "42501",
                "\(role): \(statement)"
            )
        }
        let allowed: [(String, String)] = [
            ("auditor", "select * from audit.trail; select audit.leaf(e) from audit.event e"),
            ("auditor", "select audit.decision('1-1'); select * from audit.rule_hits_hourly"),
            ("auditor", "select * from audit.sessions; select * from audit.active_sanctions"),
            ("reviewer", "select * from audit.trail_with_content; select * from audit.blocked"),
            (
                "keeper",
                "insert into audit.request (kind, subject) values (60, gen_random_uuid())"
            ),
            ("server", "select audit.ensure_partitions('2031-01-01', '2031-01-01')"),
            ("server", "select from audit.trail_with_content"),
            ("operator", "select * from audit.activation_requests"),
        ]
        for (role, statement) in allowed {
            #expect(
                try lab.refusal(statement, as: "touchline_\(role)") == nil,
                "\(role): \(statement)"
            )
        }
    }

    @Test("an auditor reads no text, name or address, whatever relation or function is asked")
    func auditorsSeeNoContent() throws {
        try lab.recordSecrets()
        let relations = try lab.postgres.query(
            """
            select c.oid::regclass::text from pg_class c
            where c.relnamespace = 'audit'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
            order by 1
            """
        )
        #expect(relations.rowCount > 30)
        var readable: [String] = []
        for row in 0..<relations.rowCount {
            let name = relations.text(row, 0)
            let rows = try lab.rows("select r::text from \(name) r", as: "touchline_auditor")
            guard let rows else { continue }
            readable.append(name)
            for text in rows { #expect(!Laboratory.isSecret(text), "\(name): \(text)") }
        }
        #expect(readable.contains("audit.event") && readable.contains("audit.quarantined"))
        #expect(!readable.contains("audit.content") && !readable.contains("audit.subject"))
        for statement in [
            "select audit.decision('1-' || n)::text from generate_series(0, 9) n",
            "select coalesce(most_common_vals::text, '') from pg_stats where schemaname = 'audit'",
            "select coalesce(histogram_bounds::text, '') from pg_stats where schemaname = 'audit'",
            "select query from pg_stat_activity where query is not null",
        ] {
            let rows = try #require(try lab.rows(statement, as: "touchline_auditor"))
            for text in rows { #expect(!Laboratory.isSecret(text), "\(statement): \(text)") }
        }
        // The same search finds them where they may be read: it can fail.
        let seen = try #require(
            try lab.rows("select r::text from audit.trail_with_content r", as: "touchline_reviewer")
        )
        #expect(seen.contains(where: Laboratory.isSecret))
    }

    @Test("an error tells an auditor no more than a row does")
    func errorsLeakNothing() throws {
        try lab.recordSecrets()
        // A function that its caller makes, cheap and talkative, is asked before other conditions.
        let leak = """
            create function pg_temp.leak(value text) returns bool language plpgsql cost 0.000001
            as $$ begin raise '%', value; end $$;
            """
        for source in ["trail_with_content", "content", "subject", "quarantine"] {
            let state = try lab.refusal(
                "\(leak) select from audit.\(source) r where pg_temp.leak(r::text)",
                as: "touchline_auditor"
            )
            #expect(state == "42501", "\(source)")
        }
        for cast in ["detail::text::int", "content_hash::int", "rules::text::int"] {
            let message = try lab.message(
                "select \(cast) from audit.trail",
                as: "touchline_auditor"
            )
            #expect(message.map(Laboratory.isSecret) == false, "\(cast)")
        }
    }

    @Test("functions with their owner's rights fix their search path and are nobody's by default")
    func definersAreClosed() throws {
        let functions = try lab.postgres.query(
            """
            select p.oid::regprocedure::text,
                coalesce(array_to_string(p.proconfig, ' '), '')
                    ~ 'search_path=pg_catalog, pg_temp',
                has_function_privilege('touchline_auditor', p.oid, 'execute')
                    or has_function_privilege('touchline_reviewer', p.oid, 'execute')
            from pg_proc p where p.pronamespace = 'audit'::regnamespace and p.prosecdef
            """
        )
        #expect(functions.rowCount > 0)
        for row in 0..<functions.rowCount {
            #expect(functions.bool(row, 1), "\(functions.text(row, 0))")
            #expect(!functions.bool(row, 2), "\(functions.text(row, 0))")
        }
    }
}

extension Laboratory {
    private static let mark = "zanzibar"

    /// Whether a text has the secret: as it is, or in the hexadecimal digits that bytes are shown in.
    fileprivate static func isSecret(_ text: String) -> Bool {
        let digits = Array(mark.utf8).flatMap { [$0 >> 4, $0 & 15] }
            .map { String($0, radix: 16) }.joined()
        return text.contains(mark) || text.contains(digits)
    }

    /// Ships a secret in every place that may hold one: all parts, a subject, a refused row.
    fileprivate func recordSecrets() throws {
        for seq in Int64(1)...3 {
            let contents = Part.allCases.map {
                ContentPart(
                    kind: $0,
                    salt: Salt(high: 1, low: UInt64(seq)),
                    body: Array("{\"address\":\"\(Self.mark)\"}".utf8)
                )
            }
            let subject = UUID16(high: 1, low: UInt64(seq))
            var event = Event(
                log: 1,
                seq: seq,
                at: Self.now(),
                kind: seq == 1 ? .connect : .message,
                stage: .done,
                disposition: .allow,
                session: subject,
                subject: subject
            )
            event.contentHash = Commitment.contentHash(of: contents)
            records.append(event, contents)
            var tuple: [UInt8] = []
            SubjectRow(
                pseudonym: subject,
                issuer: Self.mark,
                sub: Self.mark,
                name: Self.mark,
                claims: "{\"club\":\"\(Self.mark)\"}",
                firstSeen: 0
            ).encode(into: &tuple)
            records.append(.subject, tuple, seq: seq)
            records.append(.content, Array(Self.mark.utf8), seq: seq)
        }
        let shipper = shipper()
        #expect(shipper.stop(drain: .seconds(20)))
        #expect(shipper.status.quarantined == 3)
        try postgres.run("analyze")
    }

    /// The first column's texts; nil when the role may not ask.
    fileprivate func rows(_ statement: String, as role: String) throws -> [String]? {
        try postgres.run("set role \(role)")
        defer { try? postgres.run("reset role") }
        do {
            let rows = try postgres.query(statement)
            return (0..<rows.rowCount).map { rows.text($0, 0) }
        } catch {
            guard error.sqlState == "42501" else { throw error }
            return nil
        }
    }

    /// What PostgreSQL says of a statement that fails; nil when it doesn't.
    fileprivate func message(_ statement: String, as role: String) throws -> String? {
        try postgres.run("set role \(role)")
        defer { try? postgres.run("reset role") }
        do {
            try postgres.run(statement)
            return nil
        } catch {
            return error.message
        }
    }
}
