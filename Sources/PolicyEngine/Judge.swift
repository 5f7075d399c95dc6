import CEL
import ContentMatching
import JSONDocument
import JSONSchema
import Outcomes

/// Judges items by one bundle. It owns scratch memory: one for each shard.
package final class Judge {
    package let bundle: Bundle
    private let counters: RateCounters
    let facts: ItemFacts
    var scan: ItemScan
    private let validators: [String: SchemaValidator]
    private let plans: [Occasion: Plan]

    /// What there is to do on one occasion.
    private struct Plan {
        /// Indices of the pointers that any of the rules looks at.
        let pointers: [Int]
        /// Indices of the rules that need nothing found in a text.
        let unmatched: [Int]
        /// Indices of the rules that wait for the others' scores.
        let thresholds: [Int]
        /// Indices of the other rules, by the matchers that they look for.
        let matched: [Int: [Int]]

        init(_ occasion: Occasion, _ bundle: Bundle) {
            let rules = bundle.rules.indices.filter { bundle.rules[$0].hears(occasion) }
            func conditions(_ index: Int) -> Rule.Conditions { bundle.rules[index].conditions }
            let matches = rules.compactMap { conditions($0).match }
            pointers = Set(matches.flatMap(\.pointers)).sorted()
            thresholds = rules.filter { conditions($0).threshold != nil }
            let others = rules.filter { conditions($0).threshold == nil }
            unmatched = others.filter { conditions($0).match == nil }
            var matched: [Int: [Int]] = [:]
            for index in others {
                guard let match = conditions(index).match else { continue }
                for matcher in Set(match.parts.flatMap(\.matchers)) {
                    matched[matcher, default: []].append(index)
                }
            }
            self.matched = matched
        }
    }

    /// Values that a schema may look at for one message: some milliseconds.
    private static let schemaStepsMax = 100_000

    /// - Parameter counters: shared by all judges of the hub.
    package init(bundle: Bundle, counters: RateCounters) {
        self.bundle = bundle
        self.counters = counters
        facts = ItemFacts(bundle.names)
        scan = ItemScan(bundle)
        validators = bundle.messageKinds.mapValues {
            SchemaValidator($0, stepsMax: Self.schemaStepsMax)
        }
        plans = Dictionary(
            uniqueKeysWithValues: Occasion.allCases.map { ($0, Plan($0, bundle)) }
        )
    }
}

extension Judge {
    /// Judges one item.
    ///
    /// All rules are evaluated and the strictest wins; where they stand means nothing. An item that
    /// nothing is found in is allowed without allocating, unless a condition reads a whole body.
    ///
    /// - Parameter counting: how it counts for the rules with a rate.
    package func judge(
        _ item: Item,
        in circumstances: Circumstances,
        counting: Counting = .once
    ) -> Verdict {
        if let said = item.said, item.occasion != .history {
            guard let validator = validators[said.kind] else {
                return .refused(.unknownType, problem: "There are no messages of this kind.")
            }
            if let failure = validator.failure(of: said.body) {
                return .refused(.badSchema, problem: failure.sentence)
            }
        }
        guard let plan = plans[item.occasion] else { return .allowed }
        facts.begin(item, circumstances)
        defer { facts.end() }
        scan.scan(item, name: circumstances.subject.name, at: plan.pointers)
        var hearing = Hearing(bundle, facts, counters, counting, scan.hits)
        for index in plan.unmatched { hearing.hear(index) }
        if !scan.hits.isEmpty {
            var heard: Set<Int> = []
            for found in scan.hits {
                for index in plan.matched[found.hit.matcher] ?? []
                where heard.insert(index).inserted { hearing.hear(index) }
            }
        }
        if hearing.isEmpty { return .allowed }
        let score = hearing.score
        for index in plan.thresholds { hearing.hear(index, score: score) }
        return hearing.verdict()
    }
}
