import ArgumentParser
import PolicyEngine

/// `touchline policy explain`: what policies make of something, and why.
struct PolicyExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what policies make of a message, and why.",
        discussion: """
            Judges it as a hub would, by the folder's policies, without a hub and without recording \
            anything. Tells the verdict, each rule that hit and why, those that found something and \
            were kept from hitting, and what it cost. What isn't given is as in docs/policy-testing.md.

            Exit codes: 0 told, 1 the folder has faults, 64 wrong words.

            Examples:
              touchline policy explain Policies --text "ring me on 087 123 4567" --as minor
              touchline policy explain Policies --text "Training is off" --channel club:demo:news \\
                --role coach --claim vetted=true
              touchline policy explain Policies --on join --channel club:demo:u14 --roster minors=1
              touchline policy explain Policies --text "goodnight all" --at 2026-05-01T21:30:00Z
            """
    )

    @OptionGroup var supposed: SupposedOptions

    @Flag(help: "Tell of every rule, those that found nothing too.")
    var all = false

    @Flag(help: "Tell it as JSON.")
    var json = false

    @Argument(help: "The folder with bundle.yaml.")
    var folder = "Policies"

    func run() async throws {
        let bundle = try PolicyPlace.bundle(at: folder)
        let scenario: Scenario
        do {
            scenario = try supposed.scenario(bundle)
        } catch let fault as CommandFault {
            Terminal.warn("Error: \(fault)")
            throw ExitCode.validationFailure
        }
        let report = ExplanationReport(scenario, bundle.explain(scenario), tellsAll: all)
        Terminal.say(json ? report.json : report.text)
    }
}
