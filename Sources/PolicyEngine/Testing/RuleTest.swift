package import Outcomes

/// A test that stands beside rules: an item, and what is to become of it.
package struct RuleTest: Sendable {
    package let name: String
    /// Where it stands; the message is empty.
    package let place: Diagnostic
    /// The topic of its file, `10-conduct` of `rules/10-conduct.test.yaml`.
    package let topic: String
    /// What is judged; what is expected is expected of the last time.
    package let scenario: Scenario
    package let expected: Expectation

    /// What is to become of the item; nil is not looked at.
    package struct Expectation: Sendable {
        package var disposition: Disposition?
        /// The enforced rules that hit: these and no others.
        package var rules: [String]?
        /// The same of shadow rules.
        package var shadow: [String]?
        /// Rules that may not hit, enforced or shadow.
        package var without: [String] = []
        /// The texts of all findings, in any order.
        package var spans: [String]?
        /// The words of all effects, such as `flag` and `mute`, in any order.
        package var effects: [String]?
    }
}

extension RuleTest {
    /// When a test takes place that doesn't say: 15 June 2026, noon UTC.
    static let defaultNow: Int64 = 834_840_000_000_000
}

/// What became of a test.
package struct RuleTestResult: Sendable {
    package let test: RuleTest
    package let verdict: Verdict
    /// What is not as expected; empty when it passes.
    package let problems: [String]
}
