import ArgumentParser
import PolicyEngine
import PolicyFiles

/// `touchline policy`: what is done with policies.
struct Policy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check policies, put them in force, go back to earlier ones.",
        subcommands: [
            Check.self, PolicyActivate.self, PolicyRollback.self, PolicyStatus.self,
        ]
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
                Terminal.say(
                    "\(folder) is good: \(bundle.rules.count) rules in force, digest"
                        + " \(Digest(bundle.digest).hex)"
                )
            }
        }
    }
}
