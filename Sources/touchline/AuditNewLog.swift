import ArgumentParser
import AuditLog
import AuditStore
import Foundation

/// `touchline audit new-log`: begins a log of its own where the old journal can't be gone on with.
struct AuditNewLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-log",
        abstract: "Begin a new log, and set the old journal aside.",
        discussion: """
            For a hub that cannot start because database and journal do not belong together any \
            more: the journal is lost, damaged, a copy, or starts after what a restored database \
            holds. First try to restore what is missing: `touchline audit reship` ships again what \
            the journal still has.

            The hub must be stopped. The old segments and identity.json move to \
            <journal.folder>/aside/, nothing is deleted; the next start has the next free log number \
            and a new origin. Rows of the old log stay as they are, and so do bans and mutes. \
            Idempotency keys begin anew.

            Exit codes: 0 done, 1 not done, 64 wrong words, 78 configuration.

            Examples:
              touchline audit new-log --config /etc/touchline/touchline.yaml
            """
    )

    @OptionGroup var options: RecordOptions

    func run() async throws {
        let configuration = try options.read()
        let folder = configuration.journal.folder
        let held: HeldJournal
        do {
            held = try HeldJournal(folder: folder)
        } catch {
            throw CommandFault("\(error)")
        }
        let database = try RecordStart.connect(configuration.database.connection)
        let old = try? LogIdentity.read(folder: folder)
        let watermark = try old.flatMap { try StartState.watermark(database, log: $0.log) }
        let number = try StartState.nextLog(database)
        let moved: String?
        do {
            moved = try held.move(name: old.map { "log-\($0.log)-\($0.origin.prefix(8))" })
        } catch {
            throw CommandFault("\(error). Mend that and run the command again: it goes on.")
        }
        var generator = SystemRandomNumberGenerator()
        let origin = UUID16.random(using: &generator).description
        try LogIdentity(log: number, origin: origin, fence: 0).save(folder: folder)
        if let moved { Terminal.say("The old journal is in \(moved).") }
        if let old, let watermark {
            Terminal.say(
                "The database holds log \(old.log) up to event \(watermark); later ones are only in"
                    + " the journal that was set aside."
            )
        }
        Terminal.say("The next start begins log \(number). Start the hub with")
        Terminal.say("  touchline serve --config \(options.config)")
    }
}
