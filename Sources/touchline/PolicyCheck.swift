import ArgumentParser
import HubServer
import PolicyEngine
import PolicyFiles

/// `touchline policy check`: whether a hub would take a folder of policies.
struct PolicyCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a folder of policies, as a hub would before it takes them.",
        discussion: """
            Prints every fault with file, line and column, the tests beside the rules that fail \
            among them. A folder without fault may have warnings: channels that no rule can meet, \
            conditions that are never true, lists that no rule uses, exemptions that have expired, \
            rules that no test shows hitting, or passing by something harmless.

            Exit codes: 0 good, 1 faults (with --strict, warnings too), 64 wrong words.

            Examples:
              touchline policy check Policies
              touchline policy check --strict Policies
            """
    )

    @Flag(help: "Take warnings for faults.")
    var strict = false

    @Argument(help: "The folder with bundle.yaml.")
    var folder = "Policies"

    func run() async throws {
        let bundle = try PolicyPlace.bundle(at: folder)
        let results = bundle.runTests()
        let faults = results.flatMap(\.faults)
        // Without the prefix "Error:", which would shift the caret's line.
        for fault in faults { Terminal.warn("\(fault)") }
        let warnings = bundle.warnings(after: results, at: Clocks().wallMicroseconds())
        for warning in warnings { Terminal.warn("\(warning.asWarning)") }
        if !faults.isEmpty {
            Terminal.say("\(folder) is refused: \(Quantity.count(faults.count, "fault"))")
            throw ExitCode.failure
        }
        let warned = warnings.isEmpty ? "" : ", \(Quantity.count(warnings.count, "warning"))"
        let isRefused = strict && !warnings.isEmpty
        Terminal.say(
            "\(folder) is \(isRefused ? "refused (--strict)" : "good"): "
                + "\(Quantity.count(bundle.rules.count, "rule")) in force, "
                + "\(Quantity.count(results.count, "test")) passed\(warned), digest "
                + Digest(bundle.digest).hex
        )
        if isRefused { throw ExitCode.failure }
    }
}
