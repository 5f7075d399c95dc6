import ArgumentParser
import PolicyEngine
import PolicyFiles

/// `touchline policy`: what is done with policies without a hub.
struct Policy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work with policies.",
        subcommands: [Check.self]
    )

    /// `touchline policy check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a folder of policies, as a hub would before it takes them.",
            discussion: """
                Prints every fault with file, line and column, and ends with 1 when there is one.

                Examples:
                  touchline policy check Policies
                """
        )

        @Argument(help: "The folder with bundle.yaml.")
        var folder = "Policies"

        func run() async throws {
            switch PolicyFolder(path: folder).load() {
            case .failure(let errors):
                // Without the prefix "Error:", which would shift the caret's line.
                Terminal.warn(errors.description)
                throw ExitCode.failure
            case .success(let bundle):
                let digest = bundle.digest.map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
                Terminal.say(
                    "\(folder) is good: \(bundle.rules.count) rules in force, digest"
                        + " \(digest.joined())"
                )
            }
        }
    }
}
