import ArgumentParser
import AuditLog
import AuditStore

/// `touchline audit preserve`: a legal hold.
struct AuditPreserve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preserve",
        abstract: "Keep what an order covers: neither erasure nor retention removes it.",
        discussion: """
            Covered is what a person did, what happened in a channel, or (with both) what the \
            person did there; --from and --to bound it in time. It ends when it is released.

            Exit codes: 0 done, 1 refused, 64 wrong words, 75 no hub took it yet.

            Examples:
              touchline audit preserve --database "dbname=touchline user=ann" --channel club:demo:u14 \\
                --from 2026-04-01 --to 2026-05-01 --order "12 Js 345/26" --authority "Public \
            prosecutor" --review 2026-11-01
              touchline audit release 1-4711 --database "dbname=touchline user=ann" --reason "closed"
            """
    )

    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var who: SubjectOptions

    @Option(help: "The channel, as audit.trail shows it.")
    var channel: String?

    @Option(help: "The first moment covered, such as 2026-04-01 or 2026-04-01T18:00Z; all before.")
    var from: String?

    @Option(help: "The first moment not covered any more; all that comes.")
    var to: String?

    @Option(help: "The order's reference.")
    var order: String

    @Option(help: "Whose order it is.")
    var authority: String

    @Option(help: "When to look whether it is still needed.")
    var review: String

    func run() async throws {
        let patience = try keeper.patience()
        try await keeper.run { database in
            var request = KeeperRequest(kind: .preserve)
            request.subject = try who.pseudonym(database)
            request.channel = channel
            guard request.subject != nil || channel != nil else {
                throw ValidationError(
                    "What? Give --subject (or --issuer and --sub), --channel or both."
                )
            }
            for (name, text) in [("from", from), ("to", to), ("review", review)] {
                request.terms[name] = try text.map { try Self.moment($0, name, database) }
            }
            if let from = request.terms["from"], let to = request.terms["to"], from >= to {
                throw ValidationError("--from is not before --to.")
            }
            request.reason = ["order": order, "authority": authority]
            let done = try await request.submit(database, wait: patience)
            Terminal.say(
                """
                Preserved; decision \(done.decision). Look at it again on \(review), and release it with
                  touchline audit release \(done.decision) --reason … --database …
                """
            )
        }
    }

    /// Microseconds since 2000-01-01 UTC; a day begins at midnight UTC.
    static func moment(_ text: String, _ option: String, _ database: Postgres) throws -> Int64 {
        let found = try? database.query("select $1::text::timestamptz", [.text(text)])
        if let at = found?.timestamp(0, 0), at >= 0, at < 1_000_000_000_000_000_000 { return at }
        throw ValidationError(
            "--\(option) is a day or time since 2000, such as 2026-04-01 or 2026-04-01T18:00Z, not '\(text)'."
        )
    }
}

/// `touchline audit release`: ends a legal hold.
struct AuditRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Release what was preserved.",
        discussion: """
            What it kept past its time goes with the next run of retention.

            Exit codes: 0 done, 1 refused, 64 wrong words, 75 no hub took it yet.

            Examples:
              touchline audit release 1-4711 --database "dbname=touchline user=ann" --reason "closed"
            """
    )

    @OptionGroup var keeper: KeeperOptions

    @Argument(help: "The decision of the preservation, <log>-<seq>.")
    var decision: KeeperRequest.Decision

    @Option(help: "Why.")
    var reason: String

    func run() async throws {
        let patience = try keeper.patience()
        try await keeper.run { database in
            let found = try database.query(
                "select subject, channel from audit.preservation where log = $1 and seq = $2",
                [.int4(decision.log), .int8(decision.seq)]
            )
            guard found.rowCount == 1 else {
                throw CommandFault("\(decision) is no preservation. See audit.preservation.")
            }
            var request = KeeperRequest(kind: .unpreserve, refers: decision)
            request.subject = found.isNull(0, 0) ? nil : found.uuid(0, 0)
            request.channel = found.isNull(0, 1) ? nil : found.text(0, 1)
            request.reason["reason"] = reason
            let done = try await request.submit(database, wait: patience)
            Terminal.say("\(decision) is released; decision \(done.decision).")
        }
    }
}
