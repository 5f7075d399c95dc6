package import Outcomes

/// What the judge came to about one message or connection.
package struct Verdict: Hashable, Sendable {
    package let disposition: Disposition
    /// Where the disposition was come to.
    package let stage: Stage
    /// Ids of the enforced rules that hit, sorted.
    package let rules: [String]
    /// Ids of the shadow rules that hit, sorted; they changed nothing.
    package let shadowRules: [String]
    /// What the rules hit, by rule, field and place.
    package let findings: [Finding]
    /// The operator's words to the sender, of the strictest rule that has any.
    package let say: String?
    /// For a body of the wrong shape: a sentence for the member. It may quote a name that the
    /// member chose, so it is content and has no place in an event or a log.
    package let problem: String?
    /// The refusal; nil when the message is delivered, changed or not.
    package let outcome: Outcome?
    /// The body as compact JSON with the hits blacked out; nil unless the disposition is redact.
    package let redactedBody: [UInt8]?

    /// How far judging went.
    package enum Stage: Sendable {
        /// The body has the wrong shape.
        case schema
        /// A rule decided.
        case rules
        /// Nothing was held against it.
        case done
    }
}

extension Verdict {
    /// Nothing was held against it, and no rule hit.
    package static let allowed = Verdict(
        disposition: .allow,
        stage: .done,
        rules: [],
        shadowRules: [],
        findings: [],
        say: nil,
        problem: nil,
        outcome: nil,
        redactedBody: nil
    )

    /// The body has the wrong shape.
    static func refused(_ outcome: Outcome, problem: String) -> Verdict {
        Verdict(
            disposition: .block,
            stage: .schema,
            rules: [],
            shadowRules: [],
            findings: [],
            say: nil,
            problem: problem,
            outcome: outcome,
            redactedBody: nil
        )
    }
}

/// One place that a rule hit.
package struct Finding: Hashable, Sendable {
    /// The rule's id.
    package let rule: String
    /// Whether the rule is a shadow.
    package let isShadow: Bool
    /// The field, as a JSON pointer.
    package let field: String
    /// Offsets of the UTF-8 of the field's decoded text, from `start` up to, not including, `end`.
    package let start: Int
    package let end: Int
}
