import Outcomes
import Testing

@testable import PolicyEngine

@Suite("Tests beside rules")
struct RuleTestTests {
    private static let rules = """
        rules:
          - {id: a, on: message, match: {any: [{pattern: bad}]}, then: {disposition: block, effects: [{flag: x}]}}
          - {id: b, on: message, mode: shadow, match: {any: [{pattern: bad}]}, then: {disposition: block}}
          - {id: f, on: message, rate: {per: subject, over: 2, within: 10s}, then: {disposition: bounce}}
        """

    private static func load(_ tests: String) -> Result<Bundle, BundleErrors> {
        PolicyEngineTests.load([
            "bundle.yaml": goodBundle, "rules/10-a.yaml": rules, "rules/10-a.test.yaml": tests,
        ])
    }

    @Test("tests that pass let the bundle be loaded")
    func passing() throws {
        let bundle = try Self.load(
            """
            tests:
              - {name: one, text: so bad, channel: {name: "club:a"}, expect: {disposition: block, rules: [a], shadow: [b], spans: [bad], effects: [flag]}}
              - {name: two, text: good, channel: {name: "club:a"}, expect: {disposition: allow, rules: [], without: [b]}}
              - {name: three, text: good, times: 3, channel: {name: "club:a"}, expect: {disposition: bounce}}
              - {name: four, text: good, times: 2, channel: {name: "club:a"}, expect: {rules: []}}
              - {name: five, body: {text: "3", stars: 3, tags: [bad]}, channel: {name: "club:a"}, expect: {rules: [a]}}
            """
        ).get()
        #expect(bundle.tests.map(\.topic) == Array(repeating: "10-a", count: 5))
    }

    @Test("a test that fails refuses the bundle, at its place, with what was expected and found")
    func failing() {
        let result = Self.load(
            """
            tests:
              - name: wrong
                text: so bad
                channel: {name: "club:a"}
                expect: {disposition: allow, rules: [f], spans: [so], effects: [], without: [b]}
              - name: shape
                body: {text: 1}
                channel: {name: "club:a"}
                expect: {disposition: allow}
            """
        )
        guard case .failure(let errors) = result else {
            Issue.record("the bundle was loaded")
            return
        }
        let said = errors.diagnostics.map { "\($0.line):\($0.column) \($0.message)" }
        #expect(
            said.prefix(5) == [
                "2:11 the test fails: expected allow, found block",
                "2:11 the test fails: expected effects [], found [flag]",
                "2:11 the test fails: expected rules [f], found [a]",
                "2:11 the test fails: expected spans [so], found [bad]",
                "2:11 the test fails: the rule 'b' hit",
            ]
        )
        #expect(said.count == 6)
        #expect(said.last?.hasPrefix("6:11 the test fails: expected allow, found block (") == true)
    }

    @Test("what is wrong with a test is told where it stands")
    func faults() {
        let result = Self.load(
            """
            tests:
              - {name: x, text: a, channel: {name: other}, expect: {}}
              - {name: y, text: a, body: {}, channel: {name: "club:a"}, expect: {rules: [aa]}}
              - {name: z, on: join, subject: {minor: maybe, vetted: 1, age: 3}, channel: {name: "club:a"}, now: noon, expect: {disposition: allowed}}
            """
        )
        guard case .failure(let errors) = result else {
            Issue.record("the bundle was loaded")
            return
        }
        let said = errors.diagnostics.map { "\($0.line):\($0.column) \($0.message)" }
        #expect(
            said == [
                "2:40 no channel of bundle.yaml can have this name",
                "2:56 nothing is expected",
                "3:5 a message needs 'text' or 'body', one of them",
                "3:78 there is no rule 'aa' (did you mean 'a'?)",
                "4:42 expected true or false, found 'maybe'",
                "4:57 expected true or false, found '1'",
                "4:60 unknown key 'age' "
                    + "(known: id, name, minor, roles, vetted, guardian_in)",
                "4:101 expected a time such as 2026-05-01T20:00:00Z",
                "4:129 unknown word 'allowed' (did you mean 'allow'?)",
            ]
        )
    }
}
