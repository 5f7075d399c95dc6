/// How far the tests beside a rule, those of its topic, try it.
package struct RuleCoverage: Sendable {
    package let rule: Rule
    /// How many of them the rule hits.
    package internal(set) var hits = 0
    /// How many the rule is asked about and doesn't hit.
    package internal(set) var misses = 0
    /// The parts of the rule's match, as the operator wrote them, that found nothing in any of the
    /// tests that the rule hits.
    package internal(set) var untriedParts: [String] = []
}

extension Bundle {
    /// How far these tests try each rule; the rules by their ids.
    package func coverage(of results: [RuleTestResult]) -> [RuleCoverage] {
        let judge = Judge(bundle: self, counters: RateCounters())
        return rules.map { rule in
            var coverage = RuleCoverage(rule: rule)
            var tried: Set<Int> = []
            for result in results where result.concerns(rule) {
                if result.verdict.hits(rule.id) {
                    coverage.hits += 1
                    tried.formUnion(judge.parts(of: rule, finding: result.test.scenario))
                } else {
                    coverage.misses += 1
                }
            }
            let parts = rule.conditions.match?.parts ?? []
            if coverage.hits > 0 {
                coverage.untriedParts = parts.indices.filter { !tried.contains($0) }
                    .map { parts[$0].source }
            }
            return coverage
        }
    }
}

extension RuleTestResult {
    /// Whether the test stands beside the rule and asks it.
    fileprivate func concerns(_ rule: Rule) -> Bool {
        test.topic == rule.topic && rule.hears(test.scenario.occasion)
            && verdict.stage != .schema
    }
}

extension Judge {
    /// Which parts of a rule's match find something.
    fileprivate func parts(of rule: Rule, finding scenario: Scenario) -> Set<Int> {
        guard let match = rule.conditions.match else { return [] }
        let name = scenario.circumstances.subject.name
        let places = withItem(of: scenario) { item in
            scan.scan(item, name: name, at: match.pointers)
            return found(by: match, in: item, name: name)
        }
        return Set(places?.map(\.part) ?? [])
    }
}

extension Verdict {
    /// Whether a rule, enforced or shadow, hit.
    package func hits(_ rule: String) -> Bool {
        rules.contains(rule) || shadowRules.contains(rule)
    }
}
