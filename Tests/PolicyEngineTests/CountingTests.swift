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
}
