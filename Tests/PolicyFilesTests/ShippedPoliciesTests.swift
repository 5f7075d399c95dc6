import Foundation
import Outcomes
import PolicyFiles
import Testing

@testable import PolicyEngine

@Suite("The policies that come with the hub")
struct ShippedPoliciesTests {
    private static func folder() -> PolicyFolder {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return PolicyFolder(path: root.appending(path: "Policies").path(percentEncoded: false))
    }

    /// The bundle with one file changed; its tests aren't run.
    private static func bundle(
        _ file: String = "",
        _ edit: (String) -> String = { $0 }
    ) throws -> PolicyEngine.Bundle {
        let source = try folder().read().get()
        let files = source.files.map { ($0.path, $0.path == file ? edit($0.text) : $0.text) }
        return try PolicyEngine.Bundle.compile(
            BundleSource(files: files.map { (path: $0.0, text: $0.1) })
        ).get()
    }

    private static func verdict(
        _ bundle: PolicyEngine.Bundle,
        _ kind: String,
        _ body: String,
        claims: String = "{}",
        in channel: String = "club:demo:u14",
        _ roster: HeadCount = HeadCount(adults: 2, minors: 14)
    ) -> Verdict {
        Judge(bundle: bundle, counters: RateCounters()).judge(
            Scenario(
                occasion: .message,
                kind: kind,
                body: Array(body.utf8),
                circumstances: Circumstances(
                    now: 834_840_000_000_000,
                    request: RequestFacts(address: "", origin: "", agent: "", isTLS: true),
                    subject: bundle.members.member(id: "a", name: "Ann", claims: claims),
                    channel: ChannelFacts(
                        name: channel,
                        kind: bundle.kind(ofChannel: channel) ?? "",
                        roster: roster,
                        present: roster
                    )
                )
            )
        )
    }

    @Test("each rule has its reason, and a sentence for whom it stops")
    func sentences() throws {
        let rules = try Self.bundle().rules
        #expect(rules.count > 30)
        for rule in rules {
            let tells = rule.effects.contains { effect in
                if case .tell = effect { return true }
                return false
            }
            #expect(rule.say != nil || tells, "\(rule.id) says nothing")
            #expect(rule.reason?.hasSuffix(".") == true, "\(rule.id) has no reason")
        }
    }

    @Test("each rule that looks at texts looks at all of them")
    func texts() throws {
        let bundle = try Self.bundle()
        for rule in bundle.rules where rule.occasions.contains(.message) {
            let places = rule.conditions.match?.pointers.map { bundle.pointers[$0].source } ?? []
            #expect(
                places.isEmpty || places == [TextPointer.everyText.source],
                "\(rule.id) looks at \(places) alone"
            )
        }
    }

    @Test(
        "each kind of message takes what its schema allows, and nothing else",
        arguments: [
            ("message", #"{"text":"hi","reply_to":"0190b6a0-0000-7000-8000-000000000001"}"#, true),
            ("message", #"{"text":""}"#, false),
            ("message", #"{"text":"hi","reply_to":"the last one"}"#, false),
            ("poll", #"{"question":"When?","options":["now","later"]}"#, true),
            ("poll", #"{"question":"When?","options":["now"]}"#, false),
            ("poll", #"{"question":"When?","options":["now","now"]}"#, false),
            (
                "fixture",
                #"{"what":"match","starts":"2026-06-20T10:00:00Z","place":"Home","against":"Cork"}"#,
                true
            ),
            ("fixture", #"{"what":"party","starts":"2026-06-20T10:00:00Z","place":"Home"}"#, false),
            ("fixture", #"{"what":"match","starts":"on Saturday","place":"Home"}"#, false),
            (
                "availability",
                #"{"fixture":"0190b6a0-0000-7000-8000-000000000001","comes":"late","note":"bus"}"#,
                true
            ),
            ("availability", #"{"fixture":"the next one","comes":"yes"}"#, false),
            ("availability", #"{"fixture":"0190b6a0-0000-7000-8000-000000000001"}"#, false),
            ("quiz", #"{"text":"hi"}"#, false),
        ]
    )
    func schemas(kind: String, body: String, isValid: Bool) throws {
        let verdict = Self.verdict(try Self.bundle(), kind, body)
        #expect((verdict.stage != .schema) == isValid, "\(verdict.problem ?? "")")
        #expect((verdict.disposition == .allow) == isValid)
    }

    @Test("once it is enforced, no adult writes to a team's children without a second adult")
    func alone() throws {
        let bundle = try Self.bundle("rules/50-children.yaml") { text in
            guard let rule = text.range(of: "id: adult-alone-team"),
                let mode = text.range(of: "mode: shadow", range: rule.upperBound..<text.endIndex)
            else { return text }
            return text.replacingCharacters(in: mode, with: "mode: enforce")
        }
        let adult = #"{"birthdate":"1990-01-01","role":"coach","vetted":true}"#
        let alone = HeadCount(adults: 1, minors: 1)
        func say(_ claims: String, _ channel: String, _ roster: HeadCount) -> Verdict {
            Self.verdict(bundle, "message", #"{"text":"hi"}"#, claims: claims, in: channel, roster)
        }
        for channel in ["club:demo:u14", "club:demo:just-us", "club:demo:us:announcements"] {
            let verdict = say(adult, channel, alone)
            #expect(verdict.disposition == .block && verdict.rules == ["adult-alone-team"])
            #expect(verdict.effects == [.flag("safeguarding")])
            #expect(verdict.say?.hasPrefix("Another adult") == true)
            let two = say(adult, channel, HeadCount(adults: 2, minors: 1))
            #expect(two.disposition == .allow && two.rules.isEmpty)
        }
        let parent = #"{"birthdate":"1990-01-01","guardian_in":["club:demo:just-us"]}"#
        #expect(say(parent, "club:demo:just-us", alone).disposition == .allow)
        #expect(say(parent, "club:demo:u14", alone).disposition == .block)
        let child = #"{"birthdate":"2014-01-01"}"#
        #expect(say(child, "club:demo:just-us", alone).disposition == .allow)
    }
}
