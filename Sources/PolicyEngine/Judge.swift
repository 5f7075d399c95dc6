import ContentMatching
import JSONDocument
import Outcomes

/// Judges messages by one bundle. It owns scratch memory: one for each shard.
package final class Judge {
    package let bundle: Bundle
    private let scanner: MatcherScanner
    private let plans: [String: Plan]

    /// What there is to do for one message type.
    private struct Plan {
        let check: BodyCheck
        /// Indices of the pointers that any of the rules looks at.
        let pointers: [Int]
        /// Indices of the rules that look at messages of the type.
        let rules: [Int]
        /// Whether a rule hits without anything being found.
        let isUnconditional: Bool
    }

    /// What one matcher found in one text.
    fileprivate struct Hit {
        let pointer: Int
        let value: JSONValue
        let matcher: UInt32
        let spans: [Span]
    }

    private let counters: RateCounters

    /// - Parameter counters: shared by all judges of the hub.
    package init(bundle: Bundle, counters: RateCounters) {
        self.bundle = bundle
        self.counters = counters
        scanner = MatcherScanner(bundle.matchers)
        plans = bundle.messageTypes.mapValues { type in
            let rules = bundle.rules.indices.filter { bundle.rules[$0].events.contains(type.name) }
            let matches = rules.map { bundle.rules[$0].match }
            return Plan(
                check: BodyCheck(type),
                pointers: Set(matches.compactMap { $0?.pointers }.joined()).sorted(),
                rules: rules,
                isUnconditional: matches.contains { $0 == nil }
            )
        }
    }
}

extension Judge {
    /// Judges one item.
    ///
    /// All rules are evaluated and the strictest wins. A message that nothing is found in is
    /// allowed without allocating.
    package func judge(_ item: Item, in circumstances: Circumstances) -> Verdict {
        guard case .message(let type, let body, _) = item else { return .allowed }
        let channel = circumstances.channel?.name ?? ""
        guard let plan = plans[type] else {
            return .refused(.unknownType, problem: "There are no messages of this type.")
        }
        if let problem = plan.check.problem(in: body) {
            return .refused(.badSchema, problem: problem)
        }
        var hits: [Hit] = []
        for pointer in plan.pointers {
            guard let value = bundle.pointers[pointer].resolve(in: body), value.kind == .string
            else { continue }
            collect(pointer, value, into: &hits)
        }
        if hits.isEmpty && !plan.isUnconditional { return .allowed }
        return decide(plan, type: type, channel: channel, body: body, hits)
    }

    private func collect(_ pointer: Int, _ value: JSONValue, into hits: inout [Hit]) {
        let text = value.stringBytes
        for matcher in scanner.candidates(in: text) {
            var spans: [Span] = []
            scanner.appendSpans(of: matcher, in: text, to: &spans)
            if spans.isEmpty { continue }
            hits.append(Hit(pointer: pointer, value: value, matcher: matcher, spans: spans))
        }
    }

    private func decide(
        _ plan: Plan,
        type: String,
        channel: String,
        body: JSONValue,
        _ hits: [Hit]
    ) -> Verdict {
        var disposition = Disposition.allow
        var enforced: [(rule: Rule, hits: [Hit])] = []
        var shadowRules: [String] = []
        var findings: [Finding] = []
        for rule in plan.rules.lazy.map({ self.bundle.rules[$0] }) {
            let own = rule.match.map { match in hits.filter { match.covers($0) } } ?? []
            guard rule.match == nil || !own.isEmpty, rule.covers(type: type, channel: channel)
            else { continue }
            findings += self.findings(of: rule, own)
            if rule.mode == .shadow {
                shadowRules.append(rule.id)
            } else {
                enforced.append((rule, own))
                disposition = max(disposition, rule.disposition)
            }
        }
        let strictest = enforced.filter { $0.rule.disposition == disposition }
        var verdict = Verdict()
        verdict.disposition = disposition
        verdict.stage = enforced.isEmpty ? .done : .rules
        verdict.rules = enforced.map(\.rule.id)
        verdict.shadowRules = shadowRules
        verdict.findings = findings
        verdict.say = strictest.lazy.compactMap(\.rule.say).first
        verdict.outcome = disposition > .redact ? .blocked : nil
        if disposition == .redact {
            verdict.redactedBody = redact(body, strictest.flatMap(\.hits))
        }
        return verdict
    }

    private func findings(of rule: Rule, _ hits: [Hit]) -> [Finding] {
        var findings: [Finding] = []
        for hit in hits {
            for span in hit.spans {
                findings.append(
                    Finding(
                        rule: rule.id,
                        isShadow: rule.mode == .shadow,
                        field: bundle.pointers[hit.pointer].source,
                        start: span.start,
                        end: span.end
                    )
                )
            }
        }
        // Candidates come in Hyperscan's order, which means nothing.
        return Set(findings).sorted { ($0.field, $0.start, $0.end) < ($1.field, $1.start, $1.end) }
    }

    private func redact(_ body: JSONValue, _ hits: [Hit]) -> [UInt8] {
        var redaction = Redaction()
        for hit in hits { redaction.add(hit.spans, in: hit.value) }
        return redaction.apply(to: body)
    }
}

extension Rule.Match {
    fileprivate func covers(_ hit: Judge.Hit) -> Bool {
        matchers.contains(hit.matcher) && pointers.contains(hit.pointer)
    }
}
