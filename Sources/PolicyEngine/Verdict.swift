package import Outcomes

/// What the judge came to about one item.
package struct Verdict: Hashable, Sendable {
    package var disposition = Disposition.allow
    /// Where the disposition was come to.
    package var stage = Stage.done
    /// Ids of the enforced rules that hit, sorted.
    package var rules: [String] = []
    /// Ids of the shadow rules that hit, sorted; they changed nothing.
    package var shadowRules: [String] = []
    /// Rules that hit and were set aside, sorted.
    package var exempted: [Exempted] = []
    /// Ids of the rules, enforced or shadow, that hit because they couldn't be evaluated; sorted.
    package var failedRules: [String] = []
    /// What the rules hit, by rule, field and place; shadow rules included.
    package var findings: [Finding] = []
    /// The scores of the enforced rules that hit.
    package var score = 0
    /// What follows besides the disposition: by rule, each once.
    package var effects: [Effect] = []
    /// The operator's words to the sender, of the strictest rule that has any.
    package var say: String?
    /// For a body of the wrong shape: a sentence for the member. It may quote a name that the
    /// member chose, so it is content and has no place in an event or a log.
    package var problem: String?
    /// The refusal; nil when the item goes on, changed or not, or is held.
    package var outcome: Outcome?
    /// After how many milliseconds the same may pass; only when a rate was exceeded.
    package var retryAfterMs: Int?
    /// The body as compact JSON with the hits blacked out; nil unless the disposition is redact.
    package var redactedBody: [UInt8]?

    package init() {}

    /// How far judging went.
    package enum Stage: Sendable {
        /// The body has the wrong shape.
        case schema
        /// A rule decided.
        case rules
        /// Nothing was held against it.
        case done
    }

    /// A rule that hit, and the exemption that set it aside.
    package struct Exempted: Hashable, Sendable {
        package let rule: String
        /// The exemption's name.
        package let exemption: String
    }
}

extension Verdict {
    /// Nothing was held against it, and no rule hit.
    package static let allowed = Verdict()

    /// The body has the wrong shape.
    static func refused(_ outcome: Outcome, problem: String) -> Verdict {
        var verdict = Verdict()
        verdict.disposition = .block
        verdict.stage = .schema
        verdict.problem = problem
        verdict.outcome = outcome
        return verdict
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
