import Testing

@testable import PolicyEngine

@Suite("What is probably not meant")
struct WarningTests {
    /// 1 January 2026.
    private static let now: Int64 = 820_540_800_000_000

    private static func warnings(
        rules: String,
        bundle: String = goodBundle,
        lists: [String: String] = [:],
        tests: String? = nil
    ) throws -> [String] {
        var files = ["bundle.yaml": bundle, "rules/10-a.yaml": rules]
        for (name, text) in lists { files["lists/\(name).yaml"] = text }
        if let tests { files["rules/10-a.test.yaml"] = tests }
        let bundle = try load(files).get()
        return bundle.warnings(after: bundle.runTests(), at: now)
            .map { "\($0.file):\($0.line):\($0.column): \($0.message)" }
    }

    /// Warnings of the rules' file apart from those about tests.
    private static func ofRules(
        _ rules: String,
        bundle: String = goodBundle,
        lists: [String: String] = [:]
    ) throws -> [String] {
        try warnings(rules: "rules:\n\(rules)", bundle: bundle, lists: lists)
            .filter { !$0.contains("no test") }
            .map { $0.replacing("rules/10-a.yaml:", with: "") }
    }

    @Test(
        "a condition that is false whatever the facts are",
        arguments: ["false", "1 > 2", "subject.minor && false", "1 > 2 && message.body.x == 1"]
    )
    func neverTrue(condition: String) throws {
        let rule = "  - {id: a, on: message, when: '\(condition)', then: {disposition: block}}"
        #expect(try Self.ofRules(rule) == ["2:32: this is never true"])
    }

    @Test(
        "a condition that some facts make true, or that can fail, is not warned of",
        arguments: ["true", "subject.minor || false", "message.body.x == 1", "1 / 0 == 1"]
    )
    func sometimesTrue(condition: String) throws {
        let rule = "  - {id: a, on: message, when: '\(condition)', then: {disposition: block}}"
        #expect(try Self.ofRules(rule) == [])
    }

    @Test("channels that no name, or no name of the rule's kinds, can be in")
    func channels() throws {
        let bundle = goodBundle.replacing(
            "  - {match: \"club:*\", kind: team}",
            with: """
                  - {match: "club:*:staff", kind: staff}
                  - {match: "club:*", kind: team}
                  - {match: "club:a:*", kind: youth}
                """
        )
        let rules = """
              - {id: a, on: message, channels: ["team:*", "club:*"], then: {disposition: block}}
              - {id: b, on: message, channels: ["club:*:staff"], kinds: [team], then: {disposition: block}}
              - {id: c, on: message, channels: ["club:a:*"], kinds: [team], then: {disposition: block}}
              - {id: d, on: message, channels: ["club:a:*"], kinds: [youth], then: {disposition: block}}
            """
        #expect(
            try Self.ofRules(rules, bundle: bundle) == [
                "bundle.yaml:5:13: no channel comes to this entry: 'club:*' above takes them all",
                "2:37: no channel of bundle.yaml can have such a name",
                "3:37: channels with such a name are never of the rule's kinds, but staff",
                "5:37: channels with such a name are never of the rule's kinds, but staff, team",
            ]
        )
    }

    @Test("a list that no rule uses, and a severity that no term has")
    func lists() throws {
        let rules = """
              - {id: a, on: message, match: {any: [{list: mild, min_severity: 2}]}, then: {disposition: block}}
            """
        let lists = ["mild": "terms: [muppet]", "idle": "terms: [x]"]
        #expect(
            try Self.ofRules(rules, lists: lists) == [
                "lists/idle.yaml:1:1: no rule uses this list",
                "2:67: no term of the list 'mild' has a severity of 2 or more",
            ]
        )
    }

    @Test("a threshold that the other rules' scores can't reach")
    func thresholds() throws {
        let rules = """
              - {id: a, on: message, then: {score: 2}}
              - {id: b, on: message, then: {score: 2}, mode: shadow}
              - {id: c, on: connect, then: {score: 2}}
              - {id: d, on: message, threshold: 3, then: {disposition: block, score: 9}}
              - {id: e, on: message, threshold: 2, then: {disposition: block}}
            """
        #expect(try Self.ofRules(rules) == ["5:37: the scores of all other rules add up to 2"])
    }

    @Test("an exemption that has expired, with who answers for it")
    func exemptions() throws {
        let rules = """
            rules:
              - {id: a, on: message, then: {disposition: block}}
            exemptions:
              - {name: old, rules: [a], when: "true", owner: Mary, reason: x, expires: 2025-12-31}
              - {name: new, rules: [a], when: "true", owner: Mary, reason: x, expires: 2026-01-01}
            """
        let warnings = try Self.warnings(rules: rules).filter { $0.contains("exemption") }
        #expect(
            warnings == [
                "rules/10-a.yaml:4:76: the exemption 'old' has expired: ask Mary, or delete it"
            ]
        )
    }

    @Test("a rule without a test that it hits, and one that it doesn't, in its topic")
    func tests() throws {
        let rules = """
            rules:
              - {id: a, on: message, match: {any: [{pattern: bad}]}, then: {disposition: block}}
              - {id: b, on: message, match: {any: [{pattern: awful}]}, then: {disposition: block}, mode: shadow}
              - {id: c, on: message, then: {disposition: allow}}
              - {id: d, on: join, then: {disposition: block}}
              - {id: e, on: message, match: {any: [{pattern: evil}]}, then: {disposition: block}, mode: off}
            """
        let tests = """
            tests:
              - {name: one, text: bad, channel: {name: "club:a"}, expect: {rules: [a, c]}}
              - {name: two, text: good, channel: {name: "club:a"}, expect: {rules: [c]}}
            """
        #expect(
            try Self.warnings(rules: rules, tests: tests) == [
                "rules/10-a.yaml:3:10: no test in 10-a.test.yaml that this rule hits",
                "rules/10-a.yaml:4:10: no test in 10-a.test.yaml that this rule doesn't hit",
                "rules/10-a.yaml:5:10: no tests of this rule in 10-a.test.yaml: "
                    + "it needs one that it hits, one that it doesn't",
            ]
        )
    }

    @Test("coverage counts the tests of a rule's topic, and names the parts of its match untried")
    func coverage() throws {
        let rules = """
            rules:
              - {id: a, on: message, match: {any: [{pattern: bad}, {pattern: worse}]}, then: {disposition: block}}
            """
        let tests = """
            tests:
              - {name: one, text: bad, channel: {name: "club:a"}, expect: {rules: [a]}}
              - {name: two, text: good, channel: {name: "club:a"}, expect: {rules: []}}
              - {name: three, text: best, channel: {name: "club:a"}, expect: {rules: []}}
            """
        let bundle = try load([
            "bundle.yaml": goodBundle, "rules/10-a.yaml": rules, "rules/10-a.test.yaml": tests,
            "rules/20-b.test.yaml": tests.replacing("text: good", with: "text: fine"),
        ]).get()
        let coverage = try #require(bundle.coverage(of: bundle.runTests()).first)
        #expect(coverage.hits == 1)
        #expect(coverage.misses == 2)
        #expect(coverage.untriedParts == ["pattern worse"])
    }
}
