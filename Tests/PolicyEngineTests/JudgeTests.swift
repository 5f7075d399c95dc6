import Outcomes
import Testing

@testable import PolicyEngine

@Suite("Judging messages")
struct JudgeTests {
    @Test(
        "a body of the wrong shape is refused with a sentence that names the place",
        arguments: [
            (#"{"text":7}"#, "text"), (#"{"text":""}"#, "text"),
            (#"{"text":"a","stars":6}"#, "stars"), (#"{"text":"a","stars":1.5}"#, "stars"),
            (#"{}"#, "text"), (#"{"text":"a","colour":1}"#, "colour"),
        ] as [(String, String)]
    )
    func schema(body: String, place: String) throws {
        let verdict = try judge(rules: "  []").judge(body)
        #expect(verdict.problem?.contains(place) == true)
        #expect(verdict.disposition == .block)
        #expect(verdict.stage == .schema)
        #expect(verdict.outcome == .badSchema)
    }

    @Test("a kind that the bundle doesn't know is refused")
    func unknownKind() throws {
        let verdict = try judge(rules: "  []").judge("{}", kind: "shout")
        #expect(verdict.outcome == .unknownType)
        #expect(verdict.disposition == .block)
    }

    @Test("the strictest rule wins, and speaks; every rule that hit is named")
    func strictest() throws {
        let judge = try judge(
            rules: """
                  - {id: z-say, on: message, match: {text: [/body/text], any: [{pattern: b}]}, then: {disposition: block}, say: "no b"}
                  - {id: a-mute, on: message, match: {text: [/body/text], any: [{pattern: b}]}, then: {disposition: block}}
                  - {id: m-red, on: message, match: {text: [/body/text], any: [{pattern: a}]}, then: {disposition: redact}, say: "no a"}
                  - {id: b-see, on: message, then: {disposition: allow}, say: "seen"}
                """
        )
        let both = judge.judge(#"{"text":"ab"}"#)
        #expect(both.disposition == .block)
        #expect(both.rules == ["a-mute", "b-see", "m-red", "z-say"])
        #expect(both.say == "no b")
        #expect(both.outcome == .blocked)
        #expect(both.redactedBody == nil)
        let one = judge.judge(#"{"text":"xa"}"#)
        #expect(one.disposition == .redact)
        #expect(one.say == "no a")
        #expect(one.outcome == nil)
        #expect(one.findings.map { [$0.start, $0.end] } == [[1, 2]])
        let none = judge.judge(#"{"text":"x"}"#)
        #expect(none.rules == ["b-see"])
        #expect(none.disposition == .allow)
        #expect(none.say == "seen")
    }

    @Test("a shadow rule is recorded apart and changes nothing; one that is off is not there")
    func modes() throws {
        let judge = try judge(
            rules: """
                  - {id: s, mode: shadow, on: message, match: {text: [/body/text], any: [{pattern: a}]}, then: {disposition: block}, say: "no"}
                  - {id: o, mode: off, on: message, match: {text: [/body/text], any: [{pattern: a}]}, then: {disposition: block}}
                """
        )
        let verdict = judge.judge(#"{"text":"a"}"#)
        #expect(verdict.disposition == .allow)
        #expect(verdict.rules.isEmpty)
        #expect(verdict.shadowRules == ["s"])
        #expect(verdict.findings.map(\.isShadow) == [true])
        #expect(verdict.say == nil)
        #expect(verdict.stage == .done)
    }

    @Test(
        "a rule looks only at its channels",
        arguments: [
            ("club:a", true), ("club:", true), ("club", false), ("xclub:a", false),
            ("staff", true), ("staff:a", false), ("a:mid:b", true), ("a:mid", false),
            ("a:mid:mid:b", true),
        ] as [(String, Bool)]
    )
    func channels(channel: String, hit: Bool) throws {
        let judge = try judge(
            rules: """
                  - {id: r, on: message, channels: ["club:*", staff, "a:*:b"], match: {text: [/body/text], any: [{pattern: x}]}, then: {disposition: block}}
                """
        )
        let verdict = judge.judge(#"{"text":"x"}"#, channel: channel)
        #expect((verdict.disposition == .block) == hit)
    }

    @Test(
        "redaction blacks out each character of each hit, and nothing else",
        arguments: [
            ("you Idiot!", "you •••••!"),
            ("idiot idiot", "••••• •••••"),
            ("aaé idiots", nil),
            ("say: x1 x22", "say: •• •••"),
            ("idiotx1", nil),
            ("zz idiot\u{301} q", "zz ••••• q"),
            ("👩‍👩‍👧 ö👩‍👩‍👧ö 👩‍👩‍👧", "👩‍👩‍👧 ••• 👩‍👩‍👧"),
            ("over lapping", "••••••••••••"),
            (#"a\"b\\ idiot \n"#, #"a\"b\\ ••••• \n"#),
            ("nothing", nil),
        ] as [(String, String?)]
    )
    func redaction(text: String, expected: String?) throws {
        let judge = try judge(
            rules: #"""
                  - id: r
                    on: message
                    match:
                      text: [/body/text]
                      any:
                        - list: rude
                        - pattern: '\bx\d+\b'
                        - pattern: 'ö[^ö]+ö'
                        - pattern: 'over lap'
                        - pattern: 'r lapping'
                    then: {disposition: redact}
                """#,
            lists: ["rude": "terms: [idiot]"]
        )
        let verdict = judge.judge(#"{"text":"\#(text)","stars":3,"note":"idiot"}"#)
        let redacted = verdict.redactedBody.map { String(decoding: $0, as: UTF8.self) }
        #expect(redacted == expected.map { #"{"text":"\#($0)","stars":3,"note":"idiot"}"# })
    }

    @Test("only the hits of rules that redact are blacked out, in their own fields")
    func redactionOfFields() throws {
        let judge = try judge(
            rules: """
                  - {id: r, on: message, match: {text: [/body/text, /body/note], any: [{pattern: a}]}, then: {disposition: redact}}
                  - {id: s, on: message, match: {text: [/body/text], any: [{pattern: b}]}, then: {disposition: allow}}
                  - {id: t, on: message, match: {text: [/body/note], any: [{pattern: c}]}, then: {disposition: redact}}
                """
        )
        let verdict = judge.judge(#"{"note":"abc","text":"abc"}"#)
        let redacted = String(decoding: verdict.redactedBody ?? [], as: UTF8.self)
        #expect(redacted == #"{"note":"•b•","text":"•bc"}"#)
        #expect(verdict.rules == ["r", "s", "t"])
        #expect(
            verdict.findings.filter { $0.rule == "r" }.map(\.field) == ["/body/note", "/body/text"]
        )
    }

    @Test("a list hits from the least severity that the rule names")
    func severity() throws {
        let judge = try judge(
            rules: """
                  - {id: r, on: message, match: {text: [/body/text], any: [{list: w, min_severity: 2}]}, then: {disposition: block}}
                """,
            lists: ["w": "terms: [mild, {term: grave, severity: 2}]"]
        )
        #expect(judge.judge(#"{"text":"mild"}"#) == .allowed)
        #expect(judge.judge(#"{"text":"GRAVE"}"#).disposition == .block)
    }

    @Test(
        "channels have the kind of the first entry that matches, others are none",
        arguments: [
            ("club:a", "team"), ("club:", "team"), ("other", nil), ("", nil),
            ("club:a b", nil), ("club:\u{7}", nil), ("club:\u{85}", nil), ("club:é", "team"),
        ] as [(String, String?)]
    )
    func kinds(channel: String, kind: String?) throws {
        #expect(try judge(rules: "  []").bundle.kind(ofChannel: channel) == kind)
    }

    @Test("a channel's name has at most 256 bytes")
    func longChannel() throws {
        let bundle = try judge(rules: "  []").bundle
        #expect(bundle.allows(channel: "club:" + String(repeating: "x", count: 251)))
        #expect(!bundle.allows(channel: "club:" + String(repeating: "x", count: 252)))
    }

    @Test("a channel's name has one spelling, NFC")
    func spelling() throws {
        let bundle = try judge(rules: "  []").bundle
        #expect(bundle.allows(channel: "club:caf\u{E9}"))
        #expect(bundle.allows(channel: "club:" + String(repeating: "\u{E9}", count: 125)))
        #expect(!bundle.allows(channel: "club:cafe\u{301}"))
        #expect(!bundle.allows(channel: "club:\u{212B}"))
    }
}
