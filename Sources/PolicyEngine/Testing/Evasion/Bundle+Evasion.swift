import ContentMatching
import JSONDocument
import Outcomes

extension Bundle {
    /// Sends each test, in which a rule's words, patterns or detectors found something, again with
    /// what they found in disguise: `variants` times by each technique that leaves it what it is to
    /// a reader.
    ///
    /// - Parameters:
    ///   - seed: the same seed gives the same disguises, whatever else is tried.
    ///   - progress: called before each test, with how many were tried.
    package func evasions(
        of results: [RuleTestResult],
        variants: Int,
        seed: UInt64,
        progress: (Int) -> Void = { _ in }
    ) -> [EvasionTrial] {
        let counters = RateCounters()
        let judge = Judge(bundle: self, counters: counters)
        var trials: [EvasionTrial] = []
        for (number, result) in results.enumerated() {
            progress(number)
            for rule in rules where result.verdict.hits(rule.id) {
                for technique in EvasionTechnique.allCases {
                    trials += judge.trials(
                        of: result.test,
                        past: rule,
                        by: technique,
                        variants,
                        seed,
                        counters
                    )
                }
            }
        }
        return trials
    }
}

extension Judge {
    fileprivate func trials(
        of test: RuleTest,
        past rule: Rule,
        by technique: EvasionTechnique,
        _ variants: Int,
        _ seed: UInt64,
        _ counters: RateCounters
    ) -> [EvasionTrial] {
        let words = [test.topic, test.name, rule.id, technique.rawValue]
        var numbers = SeededNumbers(seed: seed, for: words)
        var seen: Set<String> = []
        return (0..<variants).compactMap { _ in
            guard let sent = disguised(test.scenario, for: rule, by: technique, &numbers),
                seen.insert(sent.text).inserted
            else { return nil }
            counters.forget()
            let verdict = judge(sent.scenario)
            // A text that outgrew its schema is refused before anyone looks at its words.
            if verdict.stage == .schema { return nil }
            return EvasionTrial(
                rule: rule.id,
                technique: technique,
                test: test,
                text: sent.text,
                gotPast: !verdict.hits(rule.id),
                disposition: verdict.disposition
            )
        }
    }

    /// A scenario with all that a rule's match found in disguise, and the first text of it.
    private func disguised(
        _ scenario: Scenario,
        for rule: Rule,
        by technique: EvasionTechnique,
        _ numbers: inout SeededNumbers
    ) -> (scenario: Scenario, text: String)? {
        guard let match = rule.conditions.match else { return nil }
        let name = scenario.circumstances.subject.name
        let changed = withItem(of: scenario) { item -> (Scenario, String)? in
            scan.scan(item, name: name, at: match.pointers)
            if !technique.keepsDetails, match.hasDetected(scan.hits) { return nil }
            let hits = match.taken(of: scan.hits)
            var disguised = scenario
            if let body = item.said?.body {
                let places = Dictionary(grouping: hits) { $0.value?.index ?? -1 }
                var texts: [Int: [UInt8]] = [:]
                for (index, hits) in places.sorted(by: { $0.key < $1.key }) {
                    guard let text = hits[0].value?.string else { continue }
                    texts[index] = technique.disguised(text, at: hits, &numbers).map {
                        Array($0.utf8)
                    }
                }
                guard let first = texts.min(by: { $0.key < $1.key }) else { return nil }
                disguised.body = []
                body.write(into: &disguised.body, replacing: texts)
                return (disguised, String(decoding: first.value, as: UTF8.self))
            }
            guard let other = technique.disguised(name, at: hits, &numbers) else { return nil }
            disguised.circumstances.subject = scenario.circumstances.subject.named(other)
            return (disguised, other)
        }
        return changed.flatMap(\.self).map { (scenario: $0.0, text: $0.1) }
    }
}

extension Match {
    /// Whether detectors found anything of it.
    fileprivate func hasDetected(_ hits: [TextHit]) -> Bool {
        let detectors = Match(pointers: pointers, parts: parts.filter(\.isDetector))
        return !detectors.taken(of: hits).isEmpty
    }
}

extension EvasionTechnique {
    /// A text with what stands at these hits in disguise; nil when nothing of it can be.
    fileprivate func disguised(
        _ text: String,
        at hits: [TextHit],
        _ numbers: inout SeededNumbers
    ) -> String? {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var copied = 0
        var isDisguised = false
        for span in Span.merged(hits.map(\.hit.span)) {
            let piece = String(decoding: bytes[span.start..<span.end], as: UTF8.self)
            let other = disguised(piece, &numbers)
            if other != nil { isDisguised = true }
            result += bytes[copied..<span.start] + Array((other ?? piece).utf8)
            copied = span.end
        }
        result += bytes[copied...]
        return isDisguised ? String(decoding: result, as: UTF8.self) : nil
    }
}
