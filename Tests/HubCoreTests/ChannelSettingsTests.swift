import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("What is set for a channel")
struct ChannelSettingsTests {
    private static let subject = UUID16(high: 1, low: 1)
    private let talk: Conversation
    private var hub: SimulatedHub { talk.hub }

    init() throws { talk = try Conversation() }

    private func operate(_ name: OperatorCall.Name, _ act: OperatorCall.Act, on loop: Int = 1) {
        hub.operate(name, act, "club:a", on: loop)
        hub.settle()
    }

    @Test("settings are what the newest events say, and a channel without any is forgotten")
    func settings() {
        var settings = ChannelSettings()
        func apply(_ kind: EventKind, _ seconds: Int? = nil, _ disposition: Disposition = .allow) {
            _ = settings.apply(kind, disposition, channel: "club:a", seconds: seconds)
        }
        apply(.freeze)
        apply(.slow, 0)
        #expect(settings["club:a"] == .init(slowSeconds: 0, isFrozen: true))
        apply(.unfreeze)
        apply(.slow, 30, .block)
        #expect(settings["club:a"] == .init(slowSeconds: 0))
        let isSet = settings.apply(.mute, .allow, channel: "club:a", seconds: nil)
        #expect(!isSet)
        apply(.slow)
        #expect(settings == ChannelSettings())
    }

    @Test("when members wrote is remembered up to a bound, and as long as it counts")
    func slowMode() {
        var mode = SlowMode(placesMax: 2)
        let others = (1...3).map { UUID16(high: 2, low: $0) }
        mode.note(others[0], in: 1, window: 5_000_000, at: 0)
        mode.note(others[1], in: 1, window: 50_000_000, at: 0)
        #expect(mode.wait(others[0], in: 1, window: 5_000_000, now: 4_999_999) == 1)
        #expect(mode.wait(others[0], in: 1, window: 5_000_000, now: 5_000_000) == 0)
        #expect(mode.wait(others[0], in: 1, window: 9_000_000, now: 5_000_000) == 4_000_000)
        #expect(mode.wait(others[0], in: 2, window: 5_000_000, now: 0) == 0)
        mode.note(others[2], in: 1, window: 5_000_000, at: 6_000_000)
        #expect(mode.count == 2, "the first keeps nobody waiting any more")
        #expect(!mode.hasRoom(for: others[0], in: 1, at: 6_500_000))
        #expect(mode.hasRoom(for: others[1], in: 1, at: 6_500_000))
    }

    @Test("nobody waits for a slow mode that has ended, though the own shard hasn't heard of it")
    func slowEnds() {
        let ann = talk.connect(1, on: 0)
        operate(.slow, .slow(seconds: 60))
        _ = talk.say(ann, "one")
        hub.operate(.slow, .slow(seconds: 0), "club:a", on: 1)
        hub.handOver(hub.loops[1])
        hub.record()
        hub.apply(hub.loops[1])
        talk.send(ann, Conversation.message("two"))
        hub.settle()
        #expect(talk.got(ann, "refused").isEmpty)
        #expect(talk.got(ann, "message").count == 2)
    }

    @Test("a frozen channel is for moderators, on every shard, and its members are told")
    func freeze() throws {
        let ann = talk.connect(1, on: 0)
        let mona = talk.connect(2, on: 1, claims: Fixture.moderator)
        operate(.freeze, .freeze(.freeze))
        let event = try #require(try hub.decodedEvents().last)
        #expect(event.kind == .freeze && event.channel == "club:a" && event.subject == nil)
        #expect(event.detail.contains(#""call":"channels.freeze""#))
        #expect(talk.got(ann, "notice").last?.contains("frozen") == true)
        #expect(talk.say(ann, "hello")[0].contains(#""code":"frozen""#))
        #expect(talk.say(mona, "order").contains { $0.contains(#""status":"delivered""#) })
        operate(.unfreeze, .freeze(.unfreeze))
        #expect(talk.say(ann, "hello").contains { $0.contains("delivered") })
    }

    @Test(
        "a moderator's role is nothing to a minor, nor to whose age isn't known",
        arguments: ["", #""birthdate":"2013-01-01","#, #""birthdate":"2007-05-09","#]
    )
    func minors(birthdate: String) throws {
        let ann = talk.connect(1, on: 0)
        _ = talk.say(ann, "hello")
        let max = talk.connect(2, on: 1, claims: "{\(birthdate)\"roles\":[\"moderator\"]}")
        let deletion = #"{"type":"delete","id":"d","channel":"club:a","epoch":1,"seq":1}"#
        operate(.freeze, .freeze(.freeze))
        #expect(talk.say(max, "order")[0].contains(#""code":"frozen""#))
        #expect(talk.ask(max, deletion)[0].contains(#""code":"unknown_message""#))
        operate(.unfreeze, .freeze(.unfreeze))
        operate(.slow, .slow(seconds: 10))
        #expect(talk.say(max, "one").contains { $0.contains("delivered") })
        #expect(talk.say(max, "two")[0].contains(#""code":"slow_mode""#))
        // Whose birthday it is tomorrow becomes one on the open session.
        hub.clock += 86_400_000_000
        operate(.freeze, .freeze(.freeze))
        let isOfAge = birthdate.contains("2007")
        #expect(talk.say(max, "order").contains { $0.contains("delivered") } == isOfAge)
        #expect(talk.ask(max, deletion).contains { $0.contains("deleted") } == isOfAge)
    }

    @Test("a message judged before a freeze is not delivered after it")
    func stale() throws {
        let ann = talk.connect(1, on: 0)
        let bob = talk.connect(2, on: 1)
        hub.operate(.freeze, .freeze(.freeze), "club:a", on: 1)
        talk.send(ann, Conversation.message("too late"))
        hub.handOver(hub.loops[1])
        hub.handOver(hub.loops[0])
        hub.settle()
        #expect(talk.got(ann, "refused").last?.contains("frozen") == true)
        #expect(talk.got(bob, "message").isEmpty)
    }

    @Test("slow mode counts over all sessions of a member, by what was accepted")
    func slow() throws {
        let first = talk.connect(1, on: 0)
        let second = talk.connect(1, on: 1)
        let mona = talk.connect(2, on: 1, claims: Fixture.moderator)
        operate(.slow, .slow(seconds: 10))
        #expect(talk.got(first, "notice").last?.contains("one message in 10 seconds") == true)
        #expect(talk.say(first, "poison")[0].contains("blocked"), "what is refused doesn't count")
        talk.send(first, Conversation.message("one"))
        talk.send(second, Conversation.message("two"))
        hub.settle()
        let refusals = talk.got(first, "refused") + talk.got(second, "refused")
        let told = try #require(refusals.last)
        #expect(told.contains(#""code":"slow_mode""#) && told.contains(#""retry_after_ms":10"#))
        #expect(talk.got(mona, "message").count == 1)
        for _ in 0..<3 { #expect(talk.say(mona, "go on").contains { $0.contains("delivered") }) }
        hub.clock += 10_000_000
        #expect(talk.say(second, "again").contains { $0.contains("delivered") })
        operate(.slow, .slow(seconds: 0))
        #expect(talk.say(second, "at once").contains { $0.contains("delivered") })
    }

    @Test("a kind of channel can be slow by itself; what is set wins")
    func byBundle() throws {
        let ann = talk.connect(1, join: "news:a")
        let news = Conversation.message("hello").replacing("club:a", with: "news:a")
        #expect(talk.ask(ann, news).contains { $0.contains("delivered") })
        #expect(talk.ask(ann, news)[0].contains("slow_mode"))
        hub.operate(.slow, .slow(seconds: 0), "news:a")
        hub.settle()
        #expect(talk.ask(ann, news).contains { $0.contains("delivered") })
        hub.operate(.slow, .slow(seconds: nil), "news:a")
        hub.settle()
        _ = talk.ask(ann, news)
        #expect(talk.ask(ann, news)[0].contains("slow_mode"))
        let open = hub.loops[1].shard.openChannels(at: hub.now).first { $0.name == "news:a" }
        #expect(open?.slowSeconds == 10 && open?.isFrozen == false)
    }

    @Test("nothing is set for what can't be a channel", arguments: ["club a", "club:a\u{7}", "x"])
    func unknown(channel: String) throws {
        hub.operate(.freeze, .freeze(.freeze), channel)
        hub.operate(.enrol, .enrolment(.enrol), channel, subject: Self.subject)
        hub.operate(.impose, .sanction(.ban, until: nil), channel, subject: Self.subject)
        hub.settle()
        for event in try hub.decodedEvents() {
            #expect(event.kind == .operation && event.disposition == .block)
            #expect(event.channel == nil && event.detail.contains("unknown_channel"))
        }
        #expect(
            Array(hub.loops[0].refusals.values) == [
                .unknownChannel, .unknownChannel, .unknownChannel,
            ]
        )
        #expect(hub.ledger.settings == ChannelSettings() && hub.ledger.standing == Standing())
    }
}
