import CEL
import Outcomes

extension Bundle {
    /// Judges a scenario and tells why each rule hit or didn't.
    package func explain(_ scenario: Scenario) -> Explanation {
        let judge = Judge(bundle: self, counters: RateCounters())
        let verdict = judge.judge(scenario)
        return Explanation(
            verdict: verdict,
            rules: judge.stories(scenario, verdict),
            nanoseconds: judge.cost(scenario)
        )
    }
}

extension Judge {
    /// What judging takes, in nanoseconds.
    fileprivate func cost(_ scenario: Scenario) -> Int {
        withItem(of: scenario) { item in
            Self.median { _ = judge(item, in: scenario.circumstances) }
        } ?? 0
    }

    fileprivate func stories(_ scenario: Scenario, _ verdict: Verdict) -> [RuleStory] {
        if verdict.stage == .schema { return [] }
        return withItem(of: scenario) { item in
            let circumstances = scenario.circumstances
            facts.begin(item, circumstances)
            defer { facts.end() }
            scan.scan(item, name: circumstances.subject.name, at: Array(bundle.pointers.indices))
            return bundle.rules.filter { $0.hears(item.occasion) }.map { rule in
                story(of: rule, item, circumstances, verdict)
            }
        } ?? []
    }

    private func story(
        of rule: Rule,
        _ item: Item,
        _ circumstances: Circumstances,
        _ verdict: Verdict
    ) -> RuleStory {
        let conditions = rule.conditions
        var steps = circumstances.channel.map { conditions.steps(for: $0) } ?? []
        steps += conditions.hours.map { [step("hours", $0)] } ?? []
        steps += conditions.when.map { [step("when", $0)] } ?? []
        var found: [Found] = []
        if let match = conditions.match {
            found = self.found(by: match, in: item, name: circumstances.subject.name)
            let sources = match.parts.map { $0.source.cut(to: Self.sourceMax) }
            steps.append(
                RuleStory.Step(
                    condition: "match: \(sources.joined(separator: " | "))",
                    holds: !found.isEmpty,
                    detail: found.isEmpty ? "nothing found" : ""
                )
            )
        }
        let end = verdict.end(of: rule.id)
        steps += conditions.countedSteps(hasHit: end != .passed, score: verdict.score)
        return RuleStory(
            rule: rule,
            end: end,
            steps: steps,
            found: found,
            nanoseconds: Self.median { evaluate(conditions) }
        )
    }

    /// What judging does with a rule once the texts were looked through.
    private func evaluate(_ conditions: Rule.Conditions) {
        if let match = conditions.match { _ = match.taken(of: scan.hits) }
        for condition in [conditions.hours, conditions.when] {
            _ = try? condition?.program.holds(facts)
        }
    }

    private func step(_ key: String, _ condition: Condition) -> RuleStory.Step {
        let text = "\(key): \(condition.source)"
        do throws(EvaluationError) {
            return RuleStory.Step(
                condition: text,
                holds: try condition.program.holds(facts),
                detail: condition.program.facts.compactMap(fact).joined(separator: ", ")
            )
        } catch {
            return RuleStory.Step(condition: text, holds: nil, detail: "\(error.fault)")
        }
    }

    /// `channel.roster.minors is 12`; nil for what takes no one line.
    private func fact(_ path: String) -> String? {
        bundle.names.environment.slot(path).flatMap { facts.fact($0) }?.inOneLine
            .map { "\(path) is \($0)" }
    }

    /// What some work takes, in nanoseconds: the median of some times.
    private static func median(_ work: () -> Void) -> Int {
        let clock = ContinuousClock()
        let times = (0..<turns).map { _ in clock.measure(work) }.sorted()
        let median = times[turns / 2].components
        return Int(median.seconds * 1_000_000_000 + median.attoseconds / 1_000_000_000)
    }

    private static let turns = 101
    /// Characters of a part of a match that are told among its conditions.
    private static let sourceMax = 50
}

extension String {
    fileprivate func cut(to count: Int) -> String {
        self.count > count ? "\(prefix(count))…" : self
    }
}

extension Rule.Conditions {
    fileprivate func steps(for channel: ChannelFacts) -> [RuleStory.Step] {
        var steps: [RuleStory.Step] = []
        if let kinds {
            steps.append(
                RuleStory.Step(
                    condition: "kinds: \(kinds.joined(separator: ", "))",
                    holds: kinds.contains(channel.kind),
                    detail: "the channel's kind is \(channel.kind)"
                )
            )
        }
        if let channels {
            steps.append(
                RuleStory.Step(
                    condition: "channels: \(channels.map(\.source).joined(separator: ", "))",
                    holds: channels.contains { $0.matches(channel.name) },
                    detail: "the channel is \(channel.name)"
                )
            )
        }
        return steps
    }

    /// What depends on what came before, and on the other rules: the verdict tells whether it held.
    fileprivate func countedSteps(hasHit: Bool, score: Int) -> [RuleStory.Step] {
        var steps: [RuleStory.Step] = []
        if let rate {
            let seconds = rate.rate.within / 1_000_000
            let same = rate.ofSameText ? ", of the same text" : ""
            steps.append(
                RuleStory.Step(
                    condition: "rate: over \(rate.rate.over) in \(seconds)s per "
                        + rate.per.rawValue + same,
                    holds: hasHit,
                    detail: ""
                )
            )
        }
        if let threshold {
            steps.append(
                RuleStory.Step(
                    condition: "threshold: \(threshold)",
                    holds: hasHit,
                    detail: "the rules that hit score \(score)"
                )
            )
        }
        return steps
    }
}

extension Verdict {
    fileprivate func end(of rule: String) -> RuleStory.End {
        if let exemption = exempted.first(where: { $0.rule == rule })?.exemption {
            return .setAside(exemption)
        }
        if failedRules.contains(rule) { return .failed }
        return (rules + shadowRules).contains(rule) ? .hit : .passed
    }
}

extension Value {
    /// A short value as a condition would write it; nil for others.
    fileprivate var inOneLine: String? {
        switch self {
        case .bool(let value): return "\(value)"
        case .int(let value): return "\(value)"
        case .string(let value):
            let isShort = value.utf8.count <= 60 && !value.contains(where: \.isNewline)
            return isShort ? "'\(value)'" : nil
        case .list(let values):
            let items = values.compactMap(\.inOneLine)
            return items.count == values.count && items.count <= 10
                ? "[\(items.joined(separator: ", "))]" : nil
        case .timestamp(let time): return time.text
        default: return nil
        }
    }
}
