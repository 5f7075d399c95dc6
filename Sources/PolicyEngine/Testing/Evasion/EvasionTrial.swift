package import Outcomes

/// A test that a rule hits, sent again in disguise.
package struct EvasionTrial: Sendable {
    /// The rule's id.
    package let rule: String
    package let technique: EvasionTechnique
    package let test: RuleTest
    /// The text that was disguised, as it was sent.
    package let text: String
    /// Whether the rule didn't hit any more.
    package let gotPast: Bool
    /// What became of it, by all rules.
    package let disposition: Disposition
}

/// How many disguises of one technique a rule let past.
package struct EvasionTally: Hashable, Sendable {
    package internal(set) var tried = 0
    package internal(set) var gotPast = 0

    package init() {}

    /// The share that got past, in percent; 0 when none was tried.
    package var survival: Double { tried == 0 ? 0 : Double(gotPast) * 100 / Double(tried) }
}

extension [EvasionTrial] {
    /// How many got past each rule, by technique.
    package var tallies: [String: [EvasionTechnique: EvasionTally]] {
        reduce(into: [:]) { tallies, trial in
            tallies[trial.rule, default: [:]][trial.technique, default: EvasionTally()].count(trial)
        }
    }

    /// How many got past any rule.
    package var tally: EvasionTally {
        reduce(into: EvasionTally()) { $0.count($1) }
    }
}

extension EvasionTally {
    mutating func count(_ trial: EvasionTrial) {
        tried += 1
        if trial.gotPast { gotPast += 1 }
    }
}
