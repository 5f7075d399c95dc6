import JSONDocument
import Outcomes

extension Bundle {
    /// Runs the tests beside the rules, each with counters of its own.
    package func runTests() -> [RuleTestResult] {
        tests.map { run($0) }
    }

    /// Judges a test's scenario.
    package func run(_ test: RuleTest) -> RuleTestResult {
        let judge = Judge(bundle: self, counters: RateCounters())
        let verdict = judge.judge(test.scenario)
        let texts = judge.texts(of: verdict.findings, in: test.scenario)
        return RuleTestResult(
            test: test,
            verdict: verdict,
            problems: test.expected.problems(with: verdict, texts)
        )
    }
}

extension Judge {
    /// What stands at the places of findings.
    fileprivate func texts(of findings: [Finding], in scenario: Scenario) -> [String] {
        if findings.isEmpty { return [] }
        return withItem(of: scenario) { item in
            findings.map { finding in
                guard let body = item.said?.body, finding.field != TextPointer.name.source
                else {
                    let name = Array(scenario.circumstances.subject.name.utf8)
                    return String(decoding: name[finding.start..<finding.end], as: UTF8.self)
                }
                return body.text(finding)
            }
        } ?? []
    }
}

extension JSONValue {
    /// The text of a finding in this body.
    fileprivate func text(_ finding: Finding) -> String {
        var text = ""
        TextPointer.everyText.forEachText(in: self) { value in
            guard let path = path(to: value.index), "/body\(path.steps.pointer)" == finding.field
            else { return }
            text = String(
                decoding: value.stringBytes[finding.start..<finding.end],
                as: UTF8.self
            )
        }
        return text
    }
}

extension RuleTest.Expectation {
    /// What of a verdict is not as expected, in sentences.
    fileprivate func problems(with verdict: Verdict, _ texts: [String]) -> [String] {
        var problems: [String] = []
        func compare(_ what: String, _ expected: [String]?, _ found: [String]) {
            guard let expected, expected.sorted() != found.sorted() else { return }
            problems.append(
                "expected \(what) [\(expected.sorted().joined(separator: ", "))], "
                    + "found [\(found.sorted().joined(separator: ", "))]"
            )
        }
        if let disposition, verdict.disposition != disposition {
            let why = verdict.problem.map { " (\($0))" } ?? ""
            problems.append("expected \(disposition), found \(verdict.disposition)\(why)")
        }
        compare("rules", rules, verdict.rules)
        compare("shadow rules", shadow, verdict.shadowRules)
        for rule in without where (verdict.rules + verdict.shadowRules).contains(rule) {
            problems.append("the rule '\(rule)' hit")
        }
        let distinct = Set(zip(verdict.findings, texts).map { Place($0, $1) }).map(\.text)
        compare("spans", spans, distinct)
        compare("effects", effects, Array(Set(verdict.effects.map(\.word))))
        return problems
    }

    /// Where something was found, whichever rule found it.
    private struct Place: Hashable {
        let field: String
        let start: Int
        let end: Int
        let text: String

        init(_ finding: Finding, _ text: String) {
            field = finding.field
            start = finding.start
            end = finding.end
            self.text = text
        }
    }
}

extension Effect {
    /// The word of policy files.
    package var word: String {
        switch self {
        case .flag: "flag"
        case .label: "label"
        case .notify: "notify"
        case .tell: "tell"
        case .strike: "strike"
        case .mute: "mute"
        case .channelMute: "channel_mute"
        case .disconnect: "disconnect"
        case .ban: "ban"
        case .channelBan: "channel_ban"
        case .preserve: "preserve"
        }
    }
}
