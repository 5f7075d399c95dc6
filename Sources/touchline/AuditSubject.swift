import ArgumentParser
import AuditLog
import AuditStore
import Foundation

/// `touchline audit subject`: what the record holds about one person (GDPR, article 15).
struct AuditSubject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subject",
        abstract: "Draft what one person is to be told that the record holds about them.",
        discussion: """
            Prints one JSON object: the person's identity, sanctions in force, and their events, one \
            a line, with content. Names of other members, and what looks like an address or number to \
            reach someone by, are covered in texts; who asked for or ordered something is left out. It is a \
            draft: a person reads it, puts right what was covered too much or too little, and releases it. \
            Legal holds are withheld and counted on standard error: they may have to stay secret.

            Needs touchline_reviewer or touchline_keeper. Exit codes: 0 done, 1 refused, 64 wrong words.

            Examples:
              touchline audit subject --database "dbname=touchline user=ann" \\
                --issuer https://id.club.example --sub member-7 > draft.json
            """
    )

    @Option(help: "libpq's connection string or URI, of a role that may read content.")
    var database: String

    @OptionGroup var who: SubjectOptions

    func run() async throws {
        try await KeeperOptions.reporting(needs: "touchline_reviewer") {
            let postgres = try KeeperOptions.connect(database)
            guard let subject = try who.pseudonym(postgres) else {
                throw ValidationError("Who? Give --subject, or --issuer and --sub.")
            }
            try postgres.transaction {
                try postgres.run(
                    "set transaction isolation level repeatable read read only;"
                        + " set local statement_timeout = '10min'"
                )
                try draft(subject, postgres)
            }
        }
    }

    private func draft(_ subject: UUID16, _ postgres: Postgres) throws {
        let head = try postgres.query(Self.headStatement, [.uuid(subject)])
        let redactor = try redactor(subject, postgres)
        Terminal.say("{\n\"draft\": true,\n\"about\": \(head.text(0, 0)),\n\"events\": [")
        // A cursor takes no parameters; this one is a UUID's text.
        try postgres.run(
            "declare story no scroll cursor for select \(Self.columns)"
                + " from audit.trail_with_content t where t.subject = '\(subject)'"
                + " and t.kind not in ('preserve', 'unpreserve') order by t.at, t.log, t.seq"
        )
        var (events, covered) = (0, 0)
        while true {
            let rows = try postgres.query("fetch 1000 from story")
            if rows.rowCount == 0 { break }
            for row in 0..<rows.rowCount {
                var line = rows.text(row, 0)
                for (column, part) in Self.parts.enumerated() where !rows.isNull(row, column + 1) {
                    let text = rows.text(row, column + 1)
                    let (json, count) = try Self.released(text, part, redactor)
                    covered += count
                    line = "\(line.dropLast()),\"\(part)\":\(json)}"
                }
                Terminal.say((events == 0 ? "" : ",") + line)
                events += 1
            }
            if events >= Self.progressEvents { Terminal.warn("\(events) events …") }
        }
        Terminal.say("]\n}")
        let withheld = try postgres.query(Self.withheldStatement, [.uuid(subject)]).int8(0, 0)
        Terminal.warn(
            "Draft of \(events) events; \(covered) places covered, \(withheld) events of legal holds"
                + " withheld. Read it before you release it."
        )
    }

    private func redactor(_ subject: UUID16, _ postgres: Postgres) throws -> Redactor {
        let own = try postgres.query(
            "select coalesce(name, ''), sub, claims::text from audit.subject where pseudonym = $1",
            [.uuid(subject)]
        )
        let others = try postgres.query(
            "select name from audit.subject where pseudonym <> $1 and name is not null",
            [.uuid(subject)]
        )
        return Redactor(
            own: own.rowCount == 0
                ? [] : [own.text(0, 0), own.text(0, 1), own.isNull(0, 2) ? "" : own.text(0, 2)],
            others: (0..<others.rowCount).map { others.text($0, 0) }
        )
    }

    /// From so many events on, the count is told while it goes on.
    private static let progressEvents = 10_000

    /// A part of an event's content as it may be released: JSON, and how often something was covered.
    static func released(
        _ text: String,
        _ part: String,
        _ redactor: Redactor
    ) throws -> (json: String, count: Int) {
        var value: Any =
            (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed))
            ?? text
        // The rest of a reason names who asked, ordered or answers for it.
        if part == "reason", let fields = value as? [String: Any] {
            value = fields["reason"] ?? "[withheld]"
        }
        // Where they connected from is their own.
        let (result, count) = part == "connection" ? (value, 0) : redactor.redact(json: value)
        let data = try JSONSerialization.data(
            withJSONObject: result,
            options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
        )
        return (String(decoding: data, as: UTF8.self), count)
    }

    static let parts = ["original", "delivered", "reason", "connection"]
    // Which operator did something is another person.
    private static let columns = """
        (select row_to_json(x)::text from (select t.decision, t.at, t.kind, t.stage, t.disposition, \
        t.channel, t.session, t.refers, t.rules, t.detail::jsonb - 'operator' as detail, \
        t.retention) x), \
        t.original, t.delivered, t.reason, t.connection
        """
    private static let headStatement = """
        select json_build_object(
            'pseudonym', $1,
            'identity', (select row_to_json(i) from (
                select issuer, sub, name, claims, first_seen from audit.subject
                where pseudonym = $1) i),
            'sanctions', (select coalesce(json_agg(s), '[]') from (
                select decision, sanction, since, until from audit.active_sanctions
                where subject = $1) s))::text
        """
    private static let withheldStatement = """
        select count(*) from audit.event where subject = $1 and retention = 4 and kind in (61, 62)
        """
}
