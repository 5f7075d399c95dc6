/// Why one rule hit an item, or didn't.
package struct RuleStory: Sendable {
    package let rule: Rule
    package let end: End
    /// Its conditions, in the order in which they are told; all have to hold.
    package let steps: [Step]
    /// What its match found, whether or not the other conditions hold.
    package let found: [Found]
    /// What evaluating its conditions takes, in nanoseconds: the median of some times. The texts are
    /// looked through once for all rules, which isn't in it.
    package let nanoseconds: Int

    /// What became of the rule.
    package enum End: Hashable, Sendable {
        case hit
        /// It hit because it couldn't be evaluated.
        case failed
        /// An exemption of this name set it aside.
        case setAside(String)
        case passed
    }

    /// One condition.
    package struct Step: Sendable {
        /// As the operator wrote it.
        package let condition: String
        /// Nil when it couldn't be evaluated.
        package let holds: Bool?
        /// What it was held against, or why it couldn't be evaluated; may be empty.
        package let detail: String
    }
}

extension RuleStory {
    /// Whether its match found something and another condition kept it from hitting.
    package var hasNearlyHit: Bool { end == .passed && !found.isEmpty }
}

/// What became of a scenario, and why, rule by rule.
package struct Explanation: Sendable {
    package let verdict: Verdict
    /// The rules of the scenario's occasion by id; none when they weren't asked, because the body
    /// has the wrong shape.
    package let rules: [RuleStory]
    /// What judging it takes, in nanoseconds: the median of some times.
    package let nanoseconds: Int
}
