extension Bundle {
    /// What is not wrong but probably not meant, by its place: what was seen when the bundle was
    /// loaded, exemptions that hold no more, and rules that no test shows hitting, or passing.
    ///
    /// - Parameters:
    ///   - results: of all tests.
    ///   - now: microseconds since 2000-01-01 UTC.
    package func warnings(after results: [RuleTestResult], at now: Int64) -> [Diagnostic] {
        var all = warnings
        for exemption in exemptions where exemption.expires <= now {
            all.append(
                exemption.place.saying(
                    "the exemption '\(exemption.name)' has expired: ask \(exemption.owner), "
                        + "or delete it"
                )
            )
        }
        for coverage in coverage(of: results) {
            guard let lack = coverage.lack else { continue }
            all.append(coverage.rule.place.saying(lack))
        }
        return all.sorted()
    }
}

extension RuleCoverage {
    /// Which tests are missing; nil when there is one that the rule hits and one that it doesn't.
    package var lack: String? {
        let file = "\(rule.topic).test.yaml"
        return switch (hits, misses) {
        case (0, 0):
            "no tests of this rule in \(file): it needs one that it hits, one that it doesn't"
        case (0, _): "no test in \(file) that this rule hits"
        case (_, 0): "no test in \(file) that this rule doesn't hit"
        default: nil
        }
    }
}
