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
                let state = try database.query(
                    "select audit.decision($1) ->> 'status'",
                    [.text("\(decision)")]
                )
                throw CommandFault("\(decision): \(state.text(0, 0)).")
            }
            Terminal.say("Decision \(decision)")
            for chapter in chapters {
                let title = chapter.title.padding(toLength: 10, withPad: " ", startingAt: 0)
                Terminal.say("  \(title)\(SafeText.line(chapter.text))")
            }
        }
    }
}
