import ArgumentParser
import AuditLog

/// `touchline audit key`: the public key of a log.
struct AuditKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print the public key that a log's checkpoints are checked with.",
        discussion: """
            One line, a C2SP vkey: keep it where the hub's machine cannot change it, and give it to \
            whoever checks the record.

            Exit codes: 0 printed, 2 not found, 64 wrong words.

            Examples:
              touchline audit key --config /etc/touchline/touchline.yaml > hub.vkey
              touchline audit key --dir .touchline
            """
    )

    @OptionGroup var record: PlaceOptions

    func run() async throws {
        try CheckExit.run {
            let place = try record.place()
            guard place.key != nil else {
                throw CommandFault(
                    "A database has no keys: give --config or --dir, where the hub runs."
                )
            }
            guard let origin = try place.journalOrigin(), let key = try place.verifier(of: origin)
            else {
                throw CommandFault(
                    "\(place.journal ?? "The journal's folder") has no identity.json yet: the log"
                        + " gets its name at the hub's first start."
                )
            }
            Terminal.say(key.description)
        }
    }
}
