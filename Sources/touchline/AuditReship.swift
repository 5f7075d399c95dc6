import ArgumentParser
import AuditStore
import HubCore
import Logging
import PolicyEngine

/// `touchline audit reship`: brings a database up from what the journal keeps.
struct AuditReship: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reship",
        abstract: "Bring a database that was restored from a backup up to the journal's end.",
        discussion: """
            The journal keeps segments for journal.keep after PostgreSQL has them. From a database \
            that was restored from an older backup, everything since is shipped again, in order and \
            once. A start of the hub does the same by itself; this command does it without taking \
            members, and shows how far it is.

            The hub must be stopped. Erasures that were recorded since are carried out again.

            Exit codes: 0 the database has all, 1 not, 64 wrong words, 78 configuration.

            Examples:
              touchline audit reship --config /etc/touchline/touchline.yaml
            """
    )

    @OptionGroup var options: RecordOptions

    func run() async throws {
        let configuration = try options.read()
        let logger = HubLog.make(level: configuration.log.level)
        let record = try await RecordStart.open(configuration, logger: logger) { _ in
            .standard
        } progress: { done, last in
            Terminal.say("\(done) of \(last) events are in the database.")
        }
        let parts = record.takeParts()
        let last = parts.ledger.lastSeq
        _ = record.shipper.stop(drain: .seconds(20))
        try parts.writer.close()
        Terminal.say(
            "The database holds log \(record.log) up to event \(last), as the journal does."
        )
        Terminal.say("Start the hub: touchline serve --config \(options.config)")
    }
}
