import ArgumentParser
import AuditStore
import Foundation

/// `touchline audit explain`: the whole story of a decision.
struct AuditExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell the whole story of a decision.",
        discussion: """
            When, what, who, by which rules of which policies, what was said, how it is proved, and \
            what followed. Names and texts are shown to roles that may read them \
            (touchline_reviewer); others see pseudonyms.

            Exit codes: 0 told, 2 could not be read or is not there, 64 wrong words.

            Examples:
              touchline audit explain 1-4711 --database "dbname=touchline user=ann"
            """
    )

    @OptionGroup var record: PlaceOptions

    @Argument(help: "The decision, <log>-<seq>.")
    var decision: KeeperRequest.Decision

    func run() async throws {
        try CheckExit.run {
            let place = try record.place()
            let database = try Postgres(
                connecting: try place.connection(),
                application: "touchline audit explain"
            )
            let story = DecisionStory(database, log: decision.log, seq: decision.seq)
            guard let chapters = try story.chapters() else {
                throw CommandFault("\(decision): \(try Self.absence(of: decision, in: database)).")
            }
            Terminal.say("Decision \(decision)")
            for chapter in chapters {
                let title = chapter.title.padding(toLength: 10, withPad: " ", startingAt: 0)
                Terminal.say("  \(title)\(SafeText.line(chapter.text))")
            }
        }
    }

    /// Why there is nothing to tell.
    private static func absence(
        of decision: KeeperRequest.Decision,
        in database: Postgres
    ) throws -> String {
        let found = try database.query(
            """
            select d ->> 'status', d ->> 'retention', d ->> 'dropped_at', d ->> 'recorded_from',
                d ->> 'dropped_by'
            from audit.decision($1) d
            """,
            [.text("\(decision)")]
        )
        guard !found.isNull(0, 2) else { return found.text(0, 0) }
        let run = found.isNull(0, 4) ? "no recorded run" : "decision \(found.text(0, 4))"
        return """
            dropped at \(found.text(0, 2)) by the retention of \(found.text(0, 1)) (\(run)), with what \
            was recorded from \(found.text(0, 3)) on. Its leaf is left, so that proofs hold
            """
    }
}
