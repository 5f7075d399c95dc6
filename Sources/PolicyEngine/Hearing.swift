import CEL
import ContentMatching
import JSONDocument
import Outcomes

/// The rules heard on one item, and what those that hit come to.
struct Hearing {
    private let bundle: Bundle
    private let facts: ItemFacts
    private let counters: RateCounters
    private let counting: Counting
    private let hits: [TextHit]
    private let circumstances: Circumstances
    private var holding: [Holding] = []
    private var exempted: [Verdict.Exempted] = []

    /// A rule that hit.
    private struct Holding {
        let rule: Rule
        let disposition: Disposition
        var effects: [Effect]
        let hits: [TextHit]
        /// After how many microseconds its rate would let one pass.
        let wait: Int64
        /// Whether it hit because it couldn't be evaluated.
        let hasFailed: Bool

        var isEnforced: Bool { rule.mode == .enforce }
    }

    init(
        _ bundle: Bundle,
        _ facts: ItemFacts,
        _ counters: RateCounters,
        _ counting: Counting,
        _ hits: [TextHit]
    ) {
        self.bundle = bundle
        self.facts = facts
        self.counters = counters
        self.counting = counting
        self.hits = hits
        circumstances = facts.circumstances
    }

    /// Whether nothing hit so far, enforced or not.
    var isEmpty: Bool { holding.isEmpty && exempted.isEmpty }

    /// What the enforced rules that hit so far add up to.
    var score: Int {
        holding.reduce(0) { $0 + ($1.isEnforced && !$1.hasFailed ? $1.rule.score : 0) }
    }

    /// Asks the bundle's rule of this index.
    ///
    /// - Parameter score: what the rules without threshold add up to.
    mutating func hear(_ index: Int, score: Int = 0) {
        let rule = bundle.rules[index]
        if let channel = circumstances.channel, !rule.covers(channel) { return }
        if let threshold = rule.conditions.threshold, score < threshold { return }
        var taken: [TextHit] = []
        if let match = rule.conditions.match {
            taken = match.taken(of: hits)
            if taken.isEmpty { return }
        }
        var wait: Int64 = 0
        do throws(EvaluationError) {
            if let hours = rule.conditions.hours, try !hours.program.holds(facts) { return }
            if let when = rule.conditions.when, try !when.program.holds(facts) { return }
            if let exemption = exemption(of: rule) {
                exempted.append(Verdict.Exempted(rule: rule.id, exemption: exemption))
                return
            }
            if let rate = rule.conditions.rate {
                wait = counters.count(
                    key(rule, rate),
                    rate.rate,
                    at: circumstances.now,
                    counting
                )
                if wait == 0 { return }
            }
        } catch {
            holding.append(
                Holding(
                    rule: rule,
                    disposition: rule.onError,
                    effects: [],
                    hits: taken,
                    wait: 0,
                    hasFailed: true
                )
            )
            return
        }
        hold(rule, taken, wait)
    }

    private mutating func hold(
        _ rule: Rule,
        _ taken: [TextHit],
        _ wait: Int64
    ) {
        var disposition = rule.disposition
        var effects = rule.effects
        if let escalation = rule.escalation {
            let since = circumstances.now - escalation.within
            let before = circumstances.strikes.lazy.filter {
                $0.rule == rule.id && $0.at > since
            }
            let own = effects.lazy.map(\.strikes).reduce(0, +)
            if before.map(\.count).reduce(own, +) >= escalation.strikes {
                disposition = max(disposition, escalation.disposition)
                effects += escalation.effects
            }
        }
        holding.append(
            Holding(
                rule: rule,
                disposition: disposition,
                effects: effects,
                hits: taken,
                wait: wait,
                hasFailed: false
            )
        )
    }

    /// The exemption that sets the rule aside; one whose condition can't be evaluated doesn't.
    private func exemption(of rule: Rule) -> String? {
        bundle.exemptions.first { exemption in
            exemption.rules.contains(rule.id) && circumstances.now < exemption.expires
                && (try? exemption.when.program.holds(facts)) == true
        }?.name
    }

    private func key(
        _ rule: Rule,
        _ condition: RateCondition
    ) -> RateCounters.Key {
        var whose = Hasher()
        switch condition.per {
        case .subject: whose.combine(circumstances.subject.id)
        case .address: whose.combine(circumstances.request.address)
        case .channel: whose.combine(circumstances.channel?.name)
        case .subjectInChannel:
            whose.combine(circumstances.subject.id)
            whose.combine(circumstances.channel?.name)
        }
        var text = Hasher()
        if condition.ofSameText, let body = facts.item.said?.body {
            TextPointer.everyText.forEachText(in: body) { value in
                for byte in value.stringBytes where byte > UInt8(ascii: " ") {
                    let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    text.combine(isUpper ? byte | 0x20 : byte)
                }
            }
        }
        return RateCounters.Key(
            rule: rule.id.hashValue,
            whose: whose.finalize(),
            text: text.finalize()
        )
    }
}

extension Hearing {
    /// What the rules come to: the strictest wins, effects add up.
    func verdict() -> Verdict {
        let holding = holding.sorted { $0.rule.id < $1.rule.id }
        let enforced = holding.filter(\.isEnforced)
        var verdict = Verdict()
        verdict.disposition = enforced.map(\.disposition).max() ?? .allow
        verdict.stage = enforced.isEmpty ? .done : .rules
        verdict.rules = enforced.map(\.rule.id)
        verdict.shadowRules = holding.filter { !$0.isEnforced }.map(\.rule.id)
        verdict.exempted = exempted.sorted { $0.rule < $1.rule }
        verdict.failedRules = holding.filter(\.hasFailed).map(\.rule.id)
        verdict.findings = holding.flatMap { findings(of: $0) }
        verdict.score = score
        for effect in enforced.flatMap(\.effects) where !verdict.effects.contains(effect) {
            verdict.effects.append(effect)
        }
        let strictest = enforced.filter { $0.disposition == verdict.disposition }
        verdict.say = strictest.lazy.compactMap(\.rule.say).first
        verdict.outcome = outcome(verdict.disposition)
        if let wait = strictest.map(\.wait).max(), wait > 0, verdict.outcome != nil {
            verdict.retryAfterMs = Int(wait / 1000) + 1
        }
        if verdict.disposition == .redact, let body = facts.item.said?.body {
            var redaction = Redaction()
            for hit in strictest.flatMap(\.hits) {
                if let value = hit.value { redaction.add(hit.hit.span, in: value) }
            }
            verdict.redactedBody = redaction.apply(to: body)
        }
        return verdict
    }

    private func outcome(_ disposition: Disposition) -> Outcome? {
        switch (disposition, facts.item) {
        case (.allow, _), (.redact, _), (.hold, .message), (.hold, .edit): nil
        case (.bounce, _): .bounced
        case (_, .connect): .connectionRefused
        case (.hold, _), (.block, _): .blocked
        }
    }

    private func findings(of holding: Holding) -> [Finding] {
        var findings: Set<Finding> = []
        for found in holding.hits {
            findings.insert(
                Finding(
                    rule: holding.rule.id,
                    isShadow: !holding.isEnforced,
                    field: found.field(of: facts.item, bundle),
                    start: found.hit.span.start,
                    end: found.hit.span.end
                )
            )
        }
        return findings.sorted { ($0.field, $0.start, $0.end) < ($1.field, $1.start, $1.end) }
    }
}

extension Rule {
    /// Whether the rule looks at items for this channel.
    fileprivate func covers(_ channel: ChannelFacts) -> Bool {
        if let kinds = conditions.kinds, !kinds.contains(channel.kind) { return false }
        guard let channels = conditions.channels else { return true }
        return channels.contains { $0.matches(channel.name) }
    }
}

extension Effect {
    /// What it counts against the sender.
    fileprivate var strikes: Int {
        if case .strike(_, let count) = self { return count }
        return 0
    }
}
