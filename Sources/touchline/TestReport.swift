import PolicyEngine

/// What the tests beside rules came to, and which rules they try.
struct TestReport {
    private let results: [RuleTestResult]
    private let coverage: [RuleCoverage]

    init(_ results: [RuleTestResult], _ coverage: [RuleCoverage]) {
        self.results = results
        self.coverage = coverage
    }

    /// What is not as expected, each with its place.
    var faults: [Diagnostic] { results.flatMap(\.faults).sorted() }

    /// Tests that fail.
    var failedCount: Int { results.count { !$0.problems.isEmpty } }

    /// Rules that no test hits, or none passes by.
    var lackingCount: Int { coverage.count { $0.lack != nil } }

    var text: String {
        let passed = results.count - failedCount
        let failed = failedCount > 0 ? ", \(failedCount) failed" : ""
        var lines = ["Tests: \(Quantity.count(passed, "test")) passed\(failed)", "", head]
        let lacks = lackingCount > 0
        var table = TextTable(["rule", "hit by", "passed by"] + (lacks ? ["lacks"] : []))
        for rule in coverage {
            let name = rule.rule.id + (rule.rule.mode == .shadow ? " (shadow)" : "")
            table.add(
                [name, "\(rule.hits)", "\(rule.misses)"] + (lacks ? [Self.lack(of: rule)] : [])
            )
        }
        lines.append(table.text)
        for rule in coverage where !rule.untriedParts.isEmpty {
            lines.append("  \(rule.rule.id): no test that it hits finds anything by")
            lines += rule.untriedParts.map { "    \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    private var head: String {
        let rules = Quantity.count(coverage.count, "rule")
        if lackingCount == 0 {
            return "Coverage: \(rules), each with a test that it hits and one that it doesn't"
        }
        return "Coverage: \(rules), \(lackingCount) of them without tests enough"
    }

    private static func lack(of rule: RuleCoverage) -> String {
        switch (rule.hits, rule.misses) {
        case (0, 0): "both"
        case (0, _): "a hit"
        case (_, 0): "a pass"
        default: ""
        }
    }
}
