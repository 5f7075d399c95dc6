import ArgumentParser
import AuditLog
import AuditStore

/// `touchline audit preserved`: hands out what a legal hold covers.
struct AuditPreserved: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preserved",
        abstract: "Export what a legal hold covers, with hashes.",
        discussion: """
            Prints NDJSON: a line for the preservation, a line for each event with its row, its leaf hash \
            and its content (salt, body and their hash), and for each log the newest signed checkpoint. An \
            event's leaf hash is in the tree that the checkpoint signs (docs/proofs.md).

            Needs touchline_reviewer or touchline_keeper. Exit codes: 0 done, 1 refused, 64 wrong words.

            Examples:
              touchline audit preserved 1-4711 --database "dbname=touchline user=ann" > 1-4711.ndjson
            """
    )

    @Option(help: "libpq's connection string or URI, of a role that may read content.")
    var database: String

    @Argument(help: "The decision of the preservation, <log>-<seq>.")
    var decision: KeeperRequest.Decision

    func run() async throws {
        try await KeeperOptions.reporting(needs: "touchline_reviewer") {
            let postgres = try KeeperOptions.connect(database)
            try postgres.transaction {
                try postgres.run(
                    "set transaction isolation level repeatable read read only;"
                        + " set local statement_timeout = '10min'"
                )
                try export(postgres)
            }
        }
    }

    private func export(_ postgres: Postgres) throws {
        let key: [PostgresValue] = [.int4(decision.log), .int8(decision.seq)]
        let head = try postgres.query(
            """
            select json_build_object('preservation', row_to_json(p))::text
            from audit.preservation p where log = $1 and seq = $2
            """,
            key
        )
        guard head.rowCount == 1 else {
            throw CommandFault("\(decision) is no preservation. See audit.preservation.")
        }
        Terminal.say(head.text(0, 0))
        // A cursor takes no parameters; these are two numbers.
        try postgres.run(
            "declare covered no scroll cursor for \(Self.statement)"
                + " where p.log = \(decision.log) and p.seq = \(decision.seq) and audit.covers(p, e)"
                + " order by e.log, e.seq"
        )
        var events = 0
        while true {
            let rows = try postgres.query("fetch 1000 from covered")
            if rows.rowCount == 0 { break }
            for row in 0..<rows.rowCount { Terminal.say(rows.text(row, 0)) }
            events += rows.rowCount
            if events >= Self.progressEvents { Terminal.warn("\(events) events …") }
        }
        let notes = try postgres.query(
            """
            select json_build_object('checkpoint', note)::text from (
                select distinct on (log) log, note from audit.checkpoint order by log, size desc) c
            """
        )
        for row in 0..<notes.rowCount { Terminal.say(notes.text(row, 0)) }
        Terminal.warn("\(events) events are covered by \(decision).")
    }

    /// From so many events on, the count is told while it goes on.
    private static let progressEvents = 10_000

    private static let statement = """
        select json_build_object(
            'decision', e.log || '-' || e.seq,
            'event', row_to_json(e),
            'leaf', encode(audit.leaf(e), 'hex'),
            'content', (
                select json_agg(json_build_object(
                    'part', c.part, 'salt', encode(c.salt, 'hex'), 'body', encode(c.body, 'hex'),
                    'text', audit.readable(c.body),
                    'hash', encode(sha256(c.salt || c.body), 'hex')) order by c.part)
                from audit.content c where c.log = e.log and c.seq = e.seq and c.at = e.at))::text
        from audit.preservation p, audit.event e
        """
}
