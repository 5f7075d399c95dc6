import ArgumentParser
import Foundation
import PolicyEngine
import PolicyFiles

/// `touchline policy status`: which policies are in force.
struct PolicyStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell which policies are in force, since when and by whom; and which were.",
        discussion: """
            With a folder, tells also whether it holds what is in force. Why something was put in \
            force is content of its decision: touchline audit explain <decision>.

            Exit codes: 0 told, 1 not, 64 wrong words, 2 the folder differs from what is in force.

            Examples:
              touchline policy status --database "dbname=touchline user=mary"
              touchline policy status Policies --database "dbname=touchline user=mary"
            """
    )

    @OptionGroup var operation: OperatorOptions

    @Argument(help: "A folder to compare with what is in force.")
    var folder: String?

    func run() async throws {
        try await operation.run { database in
            let history = try ActivationHistory.read(database, log: operation.log)
            let present = history.entries[0]
            Terminal.say(
                """
                In force in log \(history.log): \(present.digest.hex)
                  since \(present.at) UTC, \(present.by), decision \(present.decision)
                """
            )
            let before = history.entries.dropFirst()
            if !before.isEmpty { Terminal.say("Before:") }
            for entry in before.prefix(Self.shownMax) {
                Terminal.say(
                    "  \(entry.digest.short)  \(entry.at) UTC, \(entry.by),"
                        + " decision \(entry.decision)"
                )
            }
            if before.count > Self.shownMax {
                Terminal.say("  … and earlier ones: select * from audit.activations order by at;")
            }
            if let folder { try compare(folder, with: present.digest) }
        }
    }

    private func compare(_ folder: String, with present: Digest) throws {
        switch PolicyFolder(path: folder).load() {
        case .success(let bundle) where bundle.digest == present.bytes:
            Terminal.say("\(folder) holds the policies in force.")
        case .success(let bundle):
            Terminal.say(
                """
                \(folder) holds others (\(Digest(bundle.digest).short)). To put them in force:
                  touchline policy activate \(folder) --reason … --database …
                """
            )
            throw ExitCode(Self.differs)
        case .failure(let errors):
            Terminal.warn("\(errors)")
            Terminal.say("\(folder) cannot be used: it has \(errors.faults).")
            throw ExitCode(Self.differs)
        }
    }

    /// How many earlier ones are shown.
    private static let shownMax = 10
    private static let differs: Int32 = 2
}
