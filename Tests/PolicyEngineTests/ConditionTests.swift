import Outcomes
import Testing

@testable import PolicyEngine

@Suite("Conditions of rules")
struct ConditionTests {
    /// The channel of a team with so many people.
    static func team(adults: Int = 2, minors: Int = 0) -> ChannelFacts {
        let roster = HeadCount(adults: adults, minors: minors)
        return ChannelFacts(name: "club:a", kind: "team", roster: roster, present: HeadCount())
    }

    @Test("a condition on the roster looks at who belongs, not at who is connected")
    func roster() throws {
        let judge = try judge(
            rules: """
                  - id: r
                    on: message
                    when: channel.roster.minors > 0
                    match: {any: [{detect: phone}]}
                    then: {disposition: hold, effects: [{flag: safeguarding}, {notify: officer}]}
                """
        )
        let text = #"{"text":"ring me on 087 123 4567"}"#
        let near = judge.judge(text, in: circumstances(channel: Self.team(minors: 1)))
        #expect(near.disposition == .hold)
        #expect(near.outcome == nil)
        #expect(near.effects == [.flag("safeguarding"), .notify("officer")])
        #expect(near.findings.map { [$0.start, $0.end] } == [[11, 23]])
        #expect(judge.bundle.readsRoster && !judge.bundle.readsPresent)
        #expect(judge.judge(text, in: circumstances(channel: Self.team())) == .allowed)
    }

    @Test("unknown age is a minor, and age is told by the instant")
    func age() throws {
        let judge = try judge(
            rules: "  - {id: r, on: message, when: subject.minor, then: {disposition: block}}"
        )
        func isMinor(_ claims: String) -> Bool {
            judge.judge(#"{"text":"a"}"#, in: circumstances(claims: claims)).disposition == .block
        }
        #expect(isMinor("{}"))
        #expect(isMinor(#"{"birthdate":"2008-01-02"}"#))
        #expect(!isMinor(#"{"birthdate":"2008-01-01"}"#))
        #expect(isMinor(#"{"birthdate":"2008-02-30"}"#))
        #expect(isMinor(#"{"birthdate":"0000-00-00"}"#))
        #expect(isMinor(#"{"birthdate":19800101}"#))
        #expect(isMinor("not JSON"))
    }

    @Test("declared claims have their type, and their default when they are missing or wrong")
    func claims() throws {
        let judge = try judge(
            rules: """
                  - id: r
                    on: message
                    when: "!(subject.claims.vetted || channel.name in subject.claims.guardian_in)"
                    then: {disposition: block}
                """
        )
        let members = judge.bundle.members
        func passes(_ claims: String) -> Bool {
            let given = circumstances(claims: claims, members: members)
            return judge.judge(#"{"text":"a"}"#, in: given).disposition == .allow
        }
        #expect(!passes("{}"))
        #expect(passes(#"{"vetted":true}"#))
        #expect(!passes(#"{"vetted":"true"}"#))
        #expect(passes(#"{"guardian_in":["club:a"]}"#))
        #expect(!passes(#"{"guardian_in":["club:b",1]}"#))
    }

    @Test(
        "hours are those of their zone, also over midnight and in summer time",
        arguments: [
            // From noon UTC of 1 January 2026.
            (0, false), (9 * 3600 - 1, false), (9 * 3600, true), (19 * 3600 - 1, true),
            (19 * 3600, false),
            // 1 July 2026: Dublin is an hour ahead.
            (181 * 86_400 + 8 * 3600, true), (181 * 86_400 + 8 * 3600 - 1, false),
        ] as [(Int64, Bool)]
    )
    func hours(seconds: Int64, isQuiet: Bool) throws {
        let judge = try judge(
            rules: """
                  - id: r
                    on: message
                    hours: {from: "21:00", to: "07:00", zone: Europe/Dublin}
                    then: {disposition: bounce}
                """
        )
        let verdict = judge.judge(#"{"text":"a"}"#, in: circumstances(after: seconds))
        #expect(verdict.outcome == (isQuiet ? .bounced : nil))
    }

    @Test("a rate hits from one over its number until its window has gone by")
    func rate() throws {
        let judge = try judge(
            rules: """
                  - id: flood
                    on: message
                    rate: {per: subject, over: 3, within: 10s}
                    then: {disposition: bounce}
                """
        )
        func bounced(_ seconds: Int64) -> Verdict {
            judge.judge(#"{"text":"a"}"#, in: circumstances(after: seconds))
        }
        #expect([0, 1, 2].map { bounced($0).disposition } == [.allow, .allow, .allow])
        let over = bounced(4)
        #expect(over.rules == ["flood"])
        #expect(over.retryAfterMs == 6001)
        #expect([10, 10].map { bounced($0).disposition } == [.allow, .bounce])
        #expect([11, 12].map { bounced($0).disposition } == [.allow, .allow])
    }

    @Test("a rate of the same text counts equal texts, whatever their case and spaces")
    func duplicates() throws {
        let judge = try judge(
            rules: """
                  - id: again
                    on: message
                    rate: {per: subject, over: 1, within: 60s, same: true}
                    then: {disposition: bounce}
                """
        )
        let texts = ["Buy now", "see you", "buy  NOW", "buy not"]
        let verdicts = texts.map { judge.judge(#"{"text":"\#($0)"}"#).disposition }
        #expect(verdicts == [.allow, .allow, .bounce, .allow])
    }

    @Test("scores add up, and a threshold is asked last")
    func scores() throws {
        let judge = try judge(
            rules: """
                  - {id: a-sum, on: message, threshold: 5, then: {disposition: hold}}
                  - {id: x, on: message, match: {any: [{pattern: x}]}, then: {score: 2}}
                  - {id: y, on: message, match: {any: [{pattern: y}]}, then: {score: 3}}
                  - {id: z, mode: shadow, on: message, match: {any: [{pattern: z}]}, then: {score: 9}}
                """
        )
        let both = judge.judge(#"{"text":"x y"}"#)
        #expect(both.rules == ["a-sum", "x", "y"])
        #expect(both.disposition == .hold)
        #expect(both.score == 5)
        let one = judge.judge(#"{"text":"y z"}"#)
        #expect(one.rules == ["y"])
        #expect(one.disposition == .allow)
        #expect(one.score == 3)
    }

    @Test("strikes escalate when they are enough within their time")
    func escalation() throws {
        let judge = try judge(
            rules: """
                  - id: swearing
                    on: message
                    match: {any: [{pattern: damn}]}
                    then: {disposition: redact, effects: [{strike: 1}]}
                    escalate: {strikes: 3, within: 7d, disposition: block, effects: [{mute: 30m}]}
                """
        )
        let now = circumstances().now
        let week: Int64 = 7 * 86_400 * 1_000_000
        func verdict(_ strikes: [(String, Int64)]) -> Verdict {
            let strikes = strikes.map { Strike(rule: $0, at: now - $1, count: 1) }
            return judge.judge(#"{"text":"damn"}"#, in: circumstances(strikes: strikes))
        }
        let first = verdict([("swearing", 1), ("other", 2), ("swearing", week)])
        #expect(first.disposition == .redact)
        #expect(first.effects == [.strike(rule: "swearing", count: 1)])
        let third = verdict([("swearing", 1), ("swearing", week - 1)])
        #expect(third.disposition == .block)
        #expect(third.effects == [.strike(rule: "swearing", count: 1), .mute(seconds: 1800)])
    }

    @Test("an exemption sets a rule aside until its last day is over, and is recorded")
    func exemption() throws {
        let judge = try judge(
            rules: """
                  - {id: r, on: message, match: {any: [{detect: phone}]}, then: {disposition: block}}
                exemptions:
                  - name: physio
                    rules: [r]
                    when: "'physio' in subject.roles"
                    owner: Mary
                    reason: they ring injured players
                    expires: 2026-01-02
                """
        )
        let claims = #"{"roles":["physio"]}"#
        func verdict(_ seconds: Int64, _ claims: String) -> Verdict {
            let given = circumstances(claims: claims, after: seconds)
            return judge.judge(#"{"text":"087 123 4567"}"#, in: given)
        }
        let exempt = verdict(36 * 3600 - 1, claims)
        #expect(exempt.disposition == .allow)
        #expect(exempt.exempted == [Verdict.Exempted(rule: "r", exemption: "physio")])
        #expect(verdict(36 * 3600, claims).disposition == .block)
        #expect(verdict(0, "{}").disposition == .block)
    }

    @Test("a rule that can't be evaluated hits with what it says for that, and is named")
    func failing() throws {
        let judge = try judge(
            rules: """
                  - {id: a, on: message, when: message.body.stars > 3, then: {disposition: allow}}
                  - {id: b, on: message, when: message.body.stars > 3, on_error: allow, then: {disposition: block}}
                """
        )
        let verdict = judge.judge(#"{"text":"a"}"#)
        #expect(verdict.disposition == .block)
        #expect(verdict.failedRules == ["a", "b"])
        let known = judge.judge(#"{"text":"a","stars":2}"#)
        #expect(known == .allowed)
    }

    @Test("hits within an excepted list's terms, and links to excepted domains, are none")
    func exceptions() throws {
        let judge = try judge(
            rules: """
                  - id: words
                    on: message
                    match: {any: [{list: rude, except: [places]}]}
                    then: {disposition: block}
                  - id: links
                    on: message
                    match: {any: [{detect: link, except: [ours]}]}
                    then: {disposition: bounce}
                """,
            lists: [
                "rude": "terms: [hell]", "places": "terms: [hell's kitchen]",
                "ours": "kind: domains\nterms: [club.example]",
            ]
        )
        func rules(_ text: String) -> [String] { judge.judge(#"{"text":"\#(text)"}"#).rules }
        #expect(rules("go to hell") == ["words"])
        #expect(rules("in Hell's Kitchen") == [])
        #expect(rules("see https://www.club.example/x") == [])
        #expect(rules("see https://club.example.evil.net/x") == ["links"])
        #expect(rules("see https://evil.net/?club.example") == ["links"])
    }

    @Test("texts are looked for where the rule says; everywhere when it doesn't")
    func places() throws {
        let judge = try judge(
            rules: """
                  - {id: all, on: message, match: {any: [{pattern: x}]}, then: {disposition: allow}}
                  - {id: tags, on: message, match: {text: ["/body/tags/*"], any: [{pattern: x}]}, then: {disposition: redact}}
                """
        )
        let verdict = judge.judge(#"{"text":"a","tags":["b","xx"]}"#)
        #expect(verdict.rules == ["all", "tags"])
        #expect(Set(verdict.findings.map(\.field)) == ["/body/tags/1"])
        let redacted = String(decoding: verdict.redactedBody ?? [], as: UTF8.self)
        #expect(redacted == #"{"text":"a","tags":["b","••"]}"#)
        #expect(judge.judge(#"{"text":"x"}"#).rules == ["all"])
    }

    @Test("handshakes and joins are judged by their own rules")
    func occasions() throws {
        let judge = try judge(
            rules: """
                  - id: names
                    on: connect
                    match: {text: [/subject/name], any: [{pattern: '(?i)coach'}]}
                    when: "!('coach' in subject.roles)"
                    then: {disposition: block}
                    say: "Only coaches are called so."
                  - id: vetting
                    on: join
                    kinds: [team]
                    when: "!subject.minor && !subject.claims.vetted"
                    then: {disposition: block}
                """
        )
        let members = judge.bundle.members
        var given = circumstances(claims: #"{"birthdate":"1980-01-01"}"#, members: members)
        #expect(judge.judge(.connect, in: given) == .allowed)
        given.channel = Self.team()
        let join = judge.judge(.join, in: given)
        #expect(join.rules == ["vetting"])
        #expect(join.outcome == .blocked)
        given.subject = members.member(id: "b", name: "Coach Bob", claims: "{}")
        given.channel = nil
        let connect = judge.judge(.connect, in: given)
        #expect(connect.outcome == .connectionRefused)
        #expect(connect.say == "Only coaches are called so.")
        #expect(connect.findings.map(\.field) == ["/subject/name"])
    }
}
