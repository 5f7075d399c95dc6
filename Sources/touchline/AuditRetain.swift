import ArgumentParser
import AuditLog
import AuditStore

/// `touchline audit retain`: lets go what is past its time.
struct AuditRetain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retain",
        abstract: "Drop what is past its time now, instead of within the day.",
        discussion: """
            A running hub does it once a day by itself. How many days each class of events, and \
            content, is kept is in audit.retention; a keeper changes it with
              update audit.retention set days = 60 where class = 'content';
            What is preserved stays, and so do sanctions in force.

            Exit codes: 0 done, 1 refused, 64 wrong words, 75 no hub took it yet, or a reader of the \
            tables was in the way until --wait was over.

            Examples:
              touchline audit retain --database "dbname=touchline user=ann" --dry-run
              touchline audit retain --database "dbname=touchline user=ann"
            """
    )

    @OptionGroup var keeper: KeeperOptions

    @Flag(help: "Only say what would be dropped.")
    var dryRun = false

    func run() async throws {
        let patience = try keeper.patience()
        try await keeper.run { database in
            if dryRun { return try announce(database) }
            var request = KeeperRequest(kind: .retain)
            request.reason["reason"] = "asked for"
            let done = try await request.submit(database, wait: patience)
            let dropped = try await prune(database, within: patience)
            Terminal.say(
                dropped == 0
                    ? "Nothing is left past its time; decision \(done.decision)."
                    : "Done; decision \(done.decision)."
            )
        }
    }

    /// Drops one partition after the other and says which.
    ///
    /// - Returns: how many.
    private func prune(_ database: Postgres, within patience: Duration) async throws -> Int {
        var dropped = 0
        var deadline = ContinuousClock.now + patience
        while true {
            switch try Retention.pruneNext(database) {
            case .nothingLeft: return dropped
            case .dropped(let line):
                dropped += 1
                Terminal.say(line)
                deadline = ContinuousClock.now + patience
            case .isInTheWay:
                guard ContinuousClock.now < deadline else {
                    Terminal.warn(
                        "A reader of the tables is in the way; the hub tries again by itself."
                    )
                    throw ExitCode(75)
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func announce(_ database: Postgres) throws {
        let rows = try database.query(
            """
            select child::text, class, bytes, (keep_from at time zone 'UTC')::date::text, is_default
            from audit.prunable(false)
            """
        )
        for row in 0..<rows.rowCount {
            let part = rows.bool(row, 4) ? ", what is old of it" : ""
            Terminal.say(
                "\(rows.text(row, 0)) (\(rows.int8(row, 2) >> 10) KiB\(part)):"
                    + " \(rows.text(row, 1)) before \(rows.text(row, 3))"
            )
        }
        Terminal.say(
            rows.rowCount == 0
                ? "Nothing is past its time."
                : "That would be dropped, but for what is preserved or in force. Nothing was changed."
        )
    }
}
