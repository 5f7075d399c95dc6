import JSONDocument
import Outcomes

extension Bundle {
    /// Runs the tests beside the rules, each with counters of its own.
    package func runTests() -> [RuleTestResult] {
        tests.map { run($0) }
    }

    /// Judges a test's item as often as it says.
    package func run(_ test: RuleTest) -> RuleTestResult {
        let judge = Judge(bundle: self, counters: RateCounters())
        var verdict = Verdict.allowed
        var texts: [String] = []
        for _ in 0..<test.times { (verdict, texts) = judge.judge(test) }
        return RuleTestResult(
            test: test,
            verdict: verdict,
            problems: test.expected.problems(with: verdict, texts)
        )
    }
}

extension Judge {
    /// Judges a test's item once.
    ///
    /// - Returns: the verdict, and the texts of its findings.
    package func judge(_ test: RuleTest) -> (verdict: Verdict, texts: [String]) {
        withItem(of: test) { item in
            let verdict = judge(item, in: test.circumstances)
            guard case .message(_, let body, _) = item else { return named(verdict, test) }
            return (verdict, verdict.findings.map { body.text($0) })
        } ?? (.refused(.badJSON, problem: "The body is not valid JSON."), [])
    }

    /// Tells of each rule whether it hits a test's item, and why; see `explain(_:in:)`.
    package func explain(_ test: RuleTest) -> [RuleStory] {
        withItem(of: test) { explain($0, in: test.circumstances) } ?? []
    }

    /// Nil when the body is not valid JSON.
    private func withItem<Answer>(of test: RuleTest, _ body: (Item) -> Answer) -> Answer? {
        switch test.occasion {
        case .connect: return body(.connect)
        case .join: return body(.join)
        case .message: break
        }
        let parser = JSONParser()
        return withExtendedLifetime(parser) {
            test.body.withUnsafeBytes { text in
                guard case .value(let value) = parser.parse(text) else { return nil }
                return body(.message(kind: test.kind, body: value, bytes: text.count))
            }
        }
    }

    /// The only text of an item without body is the name.
    private func named(_ verdict: Verdict, _ test: RuleTest) -> (Verdict, [String]) {
        let name = Array(test.circumstances.subject.name.utf8)
        let texts = verdict.findings.map {
            String(decoding: name[$0.start..<$0.end], as: UTF8.self)
        }
        return (verdict, texts)
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
        case .disconnect: "disconnect"
        case .ban: "ban"
        case .preserve: "preserve"
        }
    }
}
