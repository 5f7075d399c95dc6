import Foundation
import Outcomes
import Testing

/// docs/protocol.md ends with the table of outcomes, and it is the code's.
struct OutcomeTableTests {
    @Test("the documented table of outcomes is the code's")
    func table() throws {
        let file = House.root.appending(path: "docs/protocol.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let lines = text.split(separator: "\n").map(String.init)
        let documented = lines.drop { $0 != "## Every refusal" }.filter { $0.hasPrefix("| `") }
        let expected = Outcome.allCases.map(row)
        #expect(
            Array(documented) == expected,
            "the table should read:\n\(expected.joined(separator: "\n"))"
        )
    }

    private func row(_ outcome: Outcome) -> String {
        let status = outcome.httpStatus.map(String.init) ?? ""
        let close = outcome.closeCode.map(String.init) ?? ""
        return "| `\(outcome.rawValue)` | \(status) | \(close) | \(outcome.retry.rawValue)"
            + " | \(outcome.fault.rawValue) | \(outcome.sentence) |"
    }
}
