import Outcomes
import Testing

@testable import PolicyEngine

@Suite("Counting for rates")
struct CountingTests {
    private let judge: Judge

    init() throws {
        judge = try PolicyEngineTests.judge(
            rules: """
                  - {id: a, on: connect, rate: {per: subject, over: 2, within: 10s}, then: {disposition: block}}
                """
        )
    }

    private func hits(_ counting: Counting, after seconds: Int64 = 0) -> Bool {
        let verdict = judge.judge(.connect, in: circumstances(after: seconds), counting: counting)
        return verdict.rules == ["a"]
    }

    @Test("looking counts nothing, and answers what counting would")
    func look() {
        for _ in 0..<5 { #expect(!hits(.look)) }
        #expect(!hits(.first(as: 1)) && !hits(.look) && !hits(.first(as: 2)))
        #expect(hits(.look) && hits(.first(as: 3)) && hits(.look))
        #expect(!hits(.look, after: 10) && !hits(.first(as: 4), after: 10))
    }

    @Test("what was counted is content with itself, as often as it is judged again")
    func again() {
        #expect(!hits(.first(as: 1)) && !hits(.again(as: 1)))
        #expect(!hits(.first(as: 2)) && !hits(.again(as: 2)) && !hits(.again(as: 1)))
        #expect(hits(.first(as: 3)))
    }

    @Test("what was too often, or not asked about, is counted when it is judged again")
    func uncounted() {
        #expect(!hits(.first(as: 1)) && !hits(.again(as: 2)) && hits(.first(as: 3)))
        #expect(hits(.again(as: 3)) && !hits(.again(as: 3), after: 10))
    }

    @Test("what goes on since it was counted is asked about no rate")
    func settled() {
        #expect(!hits(.first(as: 1)) && !hits(.first(as: 2)))
        #expect(!hits(.settled) && hits(.look))
    }

    @Test("however many things are counted, what is new is not too often, and what is counted is")
    func full() {
        let counters = RateCounters()
        let rate = RateCounters.Rate(over: 1, within: 600_000_000)
        func count(_ text: Int, _ rule: Int = 0, at now: Int64) -> Int64 {
            counters.count(.init(rule: rule, whose: 0, text: text), rate, at: now, .once)
        }
        // More than there is room for, and a microsecond apart.
        let refused = (1...300_000).count { count($0, at: Int64($0)) > 0 }
        #expect(refused == 0)
        // Each stripe has forgotten its oldest at most once: the newest are known still.
        let known = (290_000...300_000).count { count($0, at: 300_001) > 0 }
        #expect(known == 10_001)
        // Those that say ever new things have not made others' first words too often.
        #expect((1...1000).allSatisfy { count($0, 1, at: 300_002) == 0 })
        #expect((1...1000).allSatisfy { count($0, 1, at: 300_003) > 0 })
    }
}
