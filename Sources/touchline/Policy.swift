import ArgumentParser

/// `touchline policy`: what is done with policies.
struct Policy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check and try policies, put them in force, go back to earlier ones.",
        subcommands: [
            PolicyCheck.self, PolicyTest.self, PolicyExplain.self, PolicyActivate.self,
            PolicyRollback.self, PolicyStatus.self,
        ]
    )
}
