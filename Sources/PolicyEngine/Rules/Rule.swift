package import Outcomes

/// One rule of a bundle, compiled: when it hits, and what follows.
package final class Rule: Sendable {
    /// Unique in the bundle; recorded with every decision that the rule had part in.
    package let id: String
    /// What the rule is asked about.
    let occasions: Set<Occasion>
    /// Everything that has to hold; a rule without any hits always.
    let conditions: Conditions
    package let disposition: Disposition
    /// What a hit adds to the item's score.
    package let score: Int
    let effects: [Effect]
    let escalation: Escalation?
    package let severity: Severity
    package let mode: Mode
    /// The disposition when a condition can't be evaluated.
    let onError: Disposition
    /// Why the operator has the rule, for those who ask; nobody else is told. Nil when nobody said.
    package let reason: String?
    /// What the sender is told, or nil for the outcome's own sentence.
    package let say: String?
    /// Where the rule's id stands; the message is empty.
    package let place: Diagnostic
    /// The topic of its file, `10-conduct` of `rules/10-conduct.yaml`.
    package let topic: String

    init(
        id: String,
        occasions: Set<Occasion>,
        conditions: Conditions,
        then: RuleReader.Then,
        escalation: Escalation?,
        severity: Severity,
        mode: Mode,
        onError: Disposition,
        reason: String?,
        say: String?,
        place: Diagnostic,
        topic: String
    ) {
        self.id = id
        self.occasions = occasions
        self.conditions = conditions
        disposition = then.disposition
        score = then.score
        effects = then.effects
        self.escalation = escalation
        self.severity = severity
        self.mode = mode
        self.onError = onError
        self.reason = reason
        self.say = say
        self.place = place
        self.topic = topic
    }

    /// What has to hold for a rule to hit; nil is no condition.
    struct Conditions: Sendable {
        var channels: [ChannelGlob]?
        /// Kinds of channels.
        var kinds: [String]?
        /// Hours of the day.
        var hours: Condition?
        var when: Condition?
        var match: Match?
        var rate: RateCondition?
        /// What the scores of the other rules must add up to.
        var threshold: Int?
    }

    /// What follows when strikes by this rule add up.
    struct Escalation: Sendable {
        /// How many, the one at hand included, within so many microseconds.
        let strikes: Int
        let within: Int64
        let disposition: Disposition
        let effects: [Effect]
    }

    /// How grave a hit is, for those who look through the decisions.
    package enum Severity: String, CaseIterable, Sendable {
        case low, medium, high
    }

    /// Whether the rule acts.
    package enum Mode: String, CaseIterable, Sendable {
        /// It acts.
        case enforce
        /// Its hits are recorded apart, and nothing follows.
        case shadow
        /// It is checked when it is loaded, then left out.
        case off
    }
}

/// What must be found in an item's texts.
struct Match: Sendable {
    /// Indices of the bundle's pointers: in any of them.
    let pointers: [Int]
    /// Any of them.
    let parts: [Part]

    /// Matchers, and what excuses their hits.
    struct Part: Sendable {
        /// Indices of the bundle's matchers.
        let matchers: [Int]
        /// Terms below this are no hits.
        let severityMin: Int
        /// A hit that overlaps a hit of one of these is none.
        let excusing: [Int]
        /// Whether these are detectors, which look for a form rather than for words.
        let isDetector: Bool
        /// As the operator wrote it, for those who ask why: `list conduct`.
        let source: String
    }
}

/// How often something may happen.
struct RateCondition: Sendable {
    let rate: RateCounters.Rate
    let per: Whose
    /// Whether only equal texts count together.
    let ofSameText: Bool

    /// Whose occurrences are counted together.
    enum Whose: String, CaseIterable, Sendable {
        case subject, address, channel
        /// Each member's in each channel.
        case subjectInChannel = "subject-in-channel"
    }
}

/// A rule's hits are set aside under a condition, on someone's word, for a time.
struct Exemption: Sendable {
    let name: String
    /// Ids of the rules.
    let rules: Set<String>
    let when: Condition
    /// Who answers for it.
    let owner: String
    /// Where its last day stands; the message is empty.
    let place: Diagnostic
    /// The first instant at which it holds no more, microseconds since 2000-01-01 UTC.
    let expires: Int64
}
