import Testing

@testable import Outcomes

@Suite("The table of outcomes")
struct OutcomeTests {
    @Test("codes are snake case and at most 32 bytes", arguments: Outcome.allCases)
    func codes(outcome: Outcome) {
        #expect(outcome.rawValue.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil)
        #expect(outcome.rawValue.utf8.count <= 32)
    }

    @Test("statuses are refusals, close codes may be sent", arguments: Outcome.allCases)
    func numbers(outcome: Outcome) {
        if let status = outcome.httpStatus { #expect((400...599).contains(status)) }
        if let code = outcome.closeCode {
            #expect((1000...1013).contains(code) || (4000...4999).contains(code))
            #expect(![1004, 1005, 1006].contains(code))
        }
    }

    @Test(
        "close codes of 4500 and up mean: do not come back unchanged",
        arguments: Outcome.allCases
    )
    func retry(outcome: Outcome) {
        if let code = outcome.closeCode, code >= 4500 { #expect(outcome.retry != .later) }
    }

    @Test("sentences end like sentences", arguments: Outcome.allCases)
    func sentences(outcome: Outcome) {
        #expect(outcome.sentence.hasSuffix("."))
    }
}
