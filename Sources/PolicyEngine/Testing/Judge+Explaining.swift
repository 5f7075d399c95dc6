import CEL
import ContentMatching
import JSONDocument

extension Judge {
    /// Tells of each rule of the item's occasion whether its conditions hold, one by one. Rates and
    /// thresholds are told, not counted.
    package func explain(_ item: Item, in circumstances: Circumstances) -> [RuleStory] {
        facts.begin(item, circumstances)
        defer { facts.end() }
        scan.scan(item, name: circumstances.subject.name, at: Array(bundle.pointers.indices))
        return bundle.rules.filter { $0.occasions.contains(item.occasion) }.map { rule in
            let started = ContinuousClock.now
            let steps = steps(of: rule, circumstances)
            let took = (ContinuousClock.now - started).components
            return RuleStory(
                rule: rule,
                steps: steps,
                nanoseconds: Int(took.seconds * 1_000_000_000 + took.attoseconds / 1_000_000_000)
            )
        }
    }

    private func steps(of rule: Rule, _ circumstances: Circumstances) -> [RuleStory.Step] {
        let conditions = rule.conditions
        var steps: [RuleStory.Step] = []
        func add(_ condition: String, _ holds: Bool?, _ detail: String = "") {
            steps.append(RuleStory.Step(condition: condition, holds: holds, detail: detail))
        }
        if let channel = circumstances.channel {
            if let kinds = conditions.kinds {
                let isOne = kinds.contains(channel.kind)
                add(
                    "kinds: \(kinds.joined(separator: ", "))",
                    isOne,
                    "the channel is \(channel.kind)"
                )
            }
            if let channels = conditions.channels {
                let names = channels.map(\.source).joined(separator: ", ")
                add("channels: \(names)", channels.contains { $0.matches(channel.name) })
            }
        }
        for condition in [conditions.hours, conditions.when].compactMap(\.self) {
            do throws(EvaluationError) {
                add("when: \(condition.source)", try condition.program.holds(facts))
            } catch {
                add("when: \(condition.source)", nil, "\(error.fault)")
            }
        }
        if let match = conditions.match {
            let found = match.parts.flatMap { self.found(by: $0, of: match, circumstances) }
            let sources = match.parts.map(\.source).joined(separator: " | ")
            add("match: \(sources)", !found.isEmpty, found.joined(separator: ", "))
        }
        if let rate = conditions.rate {
            let seconds = rate.rate.within / 1_000_000
            add(
                "rate: over \(rate.rate.over) in \(seconds)s per \(rate.per.rawValue)",
                false,
                "not counted here"
            )
        }
        if let threshold = conditions.threshold {
            add("threshold: \(threshold)", false, "depends on the other rules")
        }
        return steps
    }

    /// What one part of a match found: the texts, and which part it was.
    private func found(
        by part: Match.Part,
        of match: Match,
        _ circumstances: Circumstances
    ) -> [String] {
        Match(pointers: match.pointers, parts: [part]).taken(of: scan.hits).map { found in
            let span = found.hit.span
            let text = found.value?.string ?? circumstances.subject.name
            let bytes = Array(text.utf8)[span.start..<span.end]
            return "'\(String(decoding: bytes, as: UTF8.self))' at \(span.start) by \(part.source)"
        }
    }
}
