import Outcomes
import Testing

@testable import PolicyEngine

@Suite("The story of a verdict")
struct ExplanationTests {
    private static let rules = """
          - id: roster
            on: message
            kinds: [team]
            when: channel.roster.minors > 20
            match: {any: [{pattern: bad}, {pattern: so}]}
            then: {disposition: block}
          - {id: word, on: message, match: {any: [{pattern: good}]}, then: {disposition: hold, score: 3}}
          - {id: sum, on: message, threshold: 3, then: {disposition: allow}}
          - {id: sums, on: message, threshold: 4, then: {disposition: allow}}
          - {id: calm, on: message, rate: {per: subject, over: 2, within: 10s}, then: {disposition: bounce}}
          - {id: shape, on: message, when: "message.body.no == 1", then: {disposition: block}, mode: shadow}
          - {id: join, on: join, then: {disposition: block}}
        exemptions:
          - {name: mine, rules: [word], when: "'r' in subject.roles", owner: me, reason: so, expires: 2030-01-01}
        """

    private static func explain(
        _ text: String,
        claims: String = "{}",
        times: Int = 1
    ) throws -> Explanation {
        var circumstances = circumstances(claims: claims)
        circumstances.channel = ChannelFacts(
            name: "club:a",
            kind: "team",
            roster: HeadCount(minors: 12),
            present: HeadCount()
        )
        return try judge(rules: rules).bundle.explain(
            Scenario(
                occasion: .message,
                body: Scenario.body(text: text),
                circumstances: circumstances,
                times: times
            )
        )
    }

    @Test("a rule that nearly hit tells what was found, and which condition didn't hold")
    func nearly() throws {
        let told = try Self.explain("so bad")
        #expect(told.verdict.disposition == .allow)
        let story = try #require(told.rules.first { $0.rule.id == "roster" })
        #expect(story.end == .passed)
        #expect(story.hasNearlyHit)
        #expect(
            story.steps.map(\.condition) == [
                "kinds: team", "when: channel.roster.minors > 20",
                "match: pattern bad | pattern so",
            ]
        )
        #expect(story.steps.map(\.holds) == [true, false, true])
        #expect(
            story.steps.map(\.detail) == [
                "the channel's kind is team", "channel.roster.minors is 12", "",
            ]
        )
        #expect(story.found.map(\.piece) == ["bad", "so"])
        #expect(story.found.map(\.source) == ["pattern bad", "pattern so"])
        #expect(story.found.map(\.start) == [3, 0])
        #expect(Set(story.found.map(\.field)) == ["/body/text"])
        #expect(told.nanoseconds > 0)
    }

    @Test("what became of each rule is what the verdict says, thresholds and rates included")
    func ends() throws {
        let told = try Self.explain("good", times: 3)
        let ends = Dictionary(uniqueKeysWithValues: told.rules.map { ($0.rule.id, $0.end) })
        #expect(
            ends == [
                "roster": .passed, "word": .hit, "sum": .hit, "sums": .passed, "calm": .hit,
                "shape": .failed,
            ]
        )
        let steps = told.rules.flatMap(\.steps)
        #expect(steps.first { $0.condition == "rate: over 2 in 10s per subject" }?.holds == true)
        #expect(steps.first { $0.condition == "threshold: 4" }?.holds == false)
        let failed = try #require(steps.first { $0.condition == "when: message.body.no == 1" })
        #expect(failed.holds == nil)
        #expect(failed.detail == "the map has no key 'no'")
    }

    @Test("a rule that an exemption sets aside names it")
    func exempted() throws {
        let told = try Self.explain("good", claims: #"{"roles": ["r"]}"#)
        #expect(told.rules.first { $0.rule.id == "word" }?.end == .setAside("mine"))
    }

    @Test("a body of the wrong shape is asked of no rule")
    func shape() throws {
        let told = try Self.explain(String(repeating: "a", count: 101))
        #expect(told.rules.isEmpty)
        #expect(told.verdict.problem != nil)
    }
}
