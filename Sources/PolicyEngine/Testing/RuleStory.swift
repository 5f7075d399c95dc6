/// Why one rule hit an item, or didn't.
package struct RuleStory: Sendable {
    package let rule: Rule
    /// Its conditions, in the order in which they are asked; the first that doesn't hold decides.
    package let steps: [Step]
    /// What evaluating the steps took, in nanoseconds; texts are looked through once for all rules.
    package let nanoseconds: Int

    /// One condition.
    package struct Step: Sendable {
        /// As the operator wrote it.
        package let condition: String
        /// Nil when it couldn't be evaluated.
        package let holds: Bool?
        /// What was found, or why it couldn't be evaluated.
        package let detail: String
    }

    /// Whether all conditions hold.
    package var hits: Bool { steps.allSatisfy { $0.holds == true } }
}
