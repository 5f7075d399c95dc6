import ArgumentParser
import Foundation
import PolicyEngine
import PolicyFiles

/// `touchline policy test`: what tests, disguises and harmless messages show of a folder.
struct PolicyTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests beside the rules, and try the rules harder than the tests do.",
        discussion: """
            Runs rules/<topic>.test.yaml and tells which rules they try. Then sends what they find \
            again in disguise and tells how much gets past each rule, by technique; and judges the \
            harmless messages of corpus/<name>.txt and tells of which a rule takes offence. Nothing \
            is recorded, no hub is asked. docs/policy-testing.md tells more.

            Exit codes: 0 all tests pass, 1 a test fails or the folder has faults (with --strict, \
            also when a rule lacks a test or an enforced rule takes offence at something harmless), \
            64 wrong words.

            Examples:
              touchline policy test Policies
              touchline policy test Policies --all
              touchline policy test Policies --strict --junit policy-tests.xml
              touchline policy test Policies --variants 100 --seed 7
            """
    )

    @Flag(help: "Fail also for rules without tests, and for harmless messages that are stopped.")
    var strict = false

    @Flag(help: "Tell every disguise that got past a rule.")
    var all = false

    @Option(help: "Write the tests' results to this file, as JUnit XML.")
    var junit: String?

    @Option(help: "Disguises of a test by each technique; 0 leaves them out.")
    var variants = 10

    @Option(help: "Another seed draws other disguises.")
    var seed: UInt64 = 1

    @Argument(help: "The folder with bundle.yaml.")
    var folder = "Policies"

    func validate() throws {
        guard (0...1000).contains(variants) else {
            throw ValidationError("--variants is 0 to 1000.")
        }
    }

    func run() async throws {
        let bundle = try PolicyPlace.bundle(at: folder)
        let corpus = try PolicyPlace.corpus(at: folder)
        let results = runTests(bundle)
        if let junit { try write(JUnitReport(results), to: junit) }
        let tests = TestReport(results, bundle.coverage(of: results))
        // Without the prefix "Error:", which would shift the caret's line.
        for fault in tests.faults { Terminal.warn("\(fault)") }
        Terminal.say(tests.text)
        if variants > 0 { Terminal.say("\n" + evasion(bundle, results).text) }
        let harmless = CorpusWords(corpus, judge(corpus, by: bundle), bundle, folder: folder)
        Terminal.say("\n" + harmless.text)
        try end(tests, harmless)
    }

    private func write(_ report: JUnitReport, to path: String) throws {
        do {
            try Data(report.text.utf8).write(to: URL(filePath: path))
        } catch {
            throw CommandFault("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    private func runTests(_ bundle: PolicyEngine.Bundle) -> [RuleTestResult] {
        let meter = ProgressMeter("tests", total: Int64(bundle.tests.count), of: "tests")
        return bundle.tests.enumerated().map { number, test in
            meter.reached(Int64(number))
            return bundle.run(test)
        }
    }

    private func evasion(_ bundle: PolicyEngine.Bundle, _ results: [RuleTestResult])
        -> EvasionReport
    {
        let meter = ProgressMeter("disguises", total: Int64(results.count), of: "tests")
        let trials = bundle.evasions(of: results, variants: variants, seed: seed) {
            meter.reached(Int64($0))
        }
        return EvasionReport(trials, variants: variants, seed: seed, tellsAll: all)
    }

    private func judge(_ corpus: Corpus, by bundle: PolicyEngine.Bundle) -> CorpusReport {
        let total = Int64(corpus.messages.count)
        let meter = ProgressMeter("harmless messages", total: total, of: "messages")
        return bundle.judge(corpus) { meter.reached(Int64($0)) }
    }

    private func end(_ tests: TestReport, _ harmless: CorpusWords) throws {
        var faults: [String] = []
        func add(_ count: Int, _ noun: String, _ what: String) {
            if count > 0 { faults.append("\(Quantity.count(count, noun)) \(what)") }
        }
        add(tests.failedCount, "test", "failed")
        if strict {
            add(tests.lackingCount, "rule", "without tests enough")
            add(harmless.stoppedCount, "harmless message", "stopped")
        }
        if faults.isEmpty {
            Terminal.say("\n\(folder) passes.")
        } else {
            Terminal.say("\n\(folder) fails: \(faults.joined(separator: ", ")).")
            throw ExitCode.failure
        }
    }
}
