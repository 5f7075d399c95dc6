import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("Sanctions in one channel")
struct ChannelSanctionTests {
    private let talk: Conversation
    private var hub: SimulatedHub { talk.hub }

    init() throws { talk = try Conversation() }

    private func operate(
        _ name: OperatorCall.Name,
        _ kind: EventKind,
        _ member: Member,
        until: Int64? = nil
    ) {
        hub.operate(name, .sanction(kind, until: until), "club:a", subject: member.subject, on: 1)
        hub.settle()
    }

    private func join(_ member: Member, _ channel: String = "club:a") -> [String] {
        talk.ask(member, #"{"type":"join","id":"j","channel":"\#(channel)"}"#)
    }

    @Test("a ban takes every session of the member out of the channel, and keeps it out")
    func ban() throws {
        let first = talk.connect(1, on: 0)
        let second = talk.connect(1, on: 1)
        let bob = talk.connect(2, on: 0)
        _ = join(first, "club:b")
        operate(.impose, .ban, first, until: hub.clock + 60_000_000)
        let event = try #require(try hub.decodedEvents().last)
        #expect(event.kind == .ban && event.channel == "club:a")
        let decision = #""decision":"1-\#(event.seq)""#
        for member in [first, second] {
            let left = try #require(talk.got(member, "left").last)
            #expect(left.contains(#""code":"channel_banned""#) && left.contains(decision))
            #expect(hub.loops[member.loop].closed[member.slot] == nil, "the session stays")
        }
        _ = talk.say(bob, "they are gone")
        #expect(talk.got(first, "message").isEmpty && talk.got(second, "message").isEmpty)
        #expect(join(first)[0].contains("channel_banned"))
        #expect(talk.say(second, "let me in")[0].contains("channel_banned"))
        let elsewhere = Conversation.message("hi").replacing("club:a", with: "club:b")
        #expect(talk.ask(first, elsewhere).contains { $0.contains("delivered") })
        try hub.restart()
        #expect(join(talk.connect(1, join: nil))[0].contains("channel_banned"))
        hub.clock += 60_000_000
        #expect(join(talk.connect(1, join: nil))[0].contains("joined"))
    }

    @Test("what was under way when the ban was recorded comes to nothing")
    func race() throws {
        let ann = talk.connect(1, on: 0)
        let late = talk.connect(1, on: 0, join: nil)
        let bob = talk.connect(2, on: 0)
        hub.operate(
            .impose,
            .sanction(.ban, until: nil),
            "club:a",
            subject: ann.subject,
            on: 1
        )
        talk.send(ann, Conversation.message("quick"))
        talk.send(late, #"{"type":"join","id":"j","channel":"club:a"}"#)
        hub.handOver(hub.loops[1])
        hub.handOver(hub.loops[0])
        hub.settle()
        #expect(talk.got(bob, "message").isEmpty)
        #expect(talk.got(ann, "refused").last?.contains("channel_banned") == true)
        #expect(talk.got(late, "refused").last?.contains("channel_banned") == true)
        #expect(hub.ledger.roster.places(in: "club:a", at: hub.clock)?.count == 1)
    }

    @Test("a mute in a channel leaves the others open, and ends when it is lifted")
    func mute() throws {
        let ann = talk.connect(1)
        _ = join(ann, "club:b")
        operate(.impose, .mute, ann)
        #expect(talk.say(ann, "hello")[0].contains(#""code":"muted""#))
        let elsewhere = Conversation.message("hi").replacing("club:a", with: "club:b")
        #expect(talk.ask(ann, elsewhere).contains { $0.contains("delivered") })
        operate(.lift, .unmute, ann)
        #expect(talk.say(ann, "hello").contains { $0.contains("delivered") })
    }

    @Test("a rule bans from the channel where it hit, provisionally; or mutes there")
    func byRule() throws {
        let ann = talk.connect(1, on: 0)
        let second = talk.connect(1, on: 1)
        let said = talk.say(ann, "hijack")
        #expect(said[0].contains("blocked") && said[1].contains("channel_banned"))
        #expect(talk.got(second, "left").count == 1)
        let ban = try #require(try hub.decodedEvents().last)
        let until = hub.clock + 7 * 86_400_000_000
        #expect(ban.kind == .ban && ban.channel == "club:a" && ban.rules == ["hijack"])
        #expect(ban.detail == #"{"by":"rule","until":\#(until),"provisional":true}"#)
        let bob = talk.connect(2)
        #expect(talk.say(bob, "shush")[0].contains("bounced"))
        #expect(talk.say(bob, "hello")[0].contains("muted"))
        #expect(hub.ledger.standing[bob.subject].mutedUntil == 0)
    }

    @Test("who is banned from as many channels as are remembered is banned by rule from the hub")
    func many() throws {
        let ann = talk.connect(1)
        for number in 0..<Standing.channelsMax {
            hub.operate(
                .impose,
                .sanction(.ban, until: nil),
                "club:x\(number)",
                subject: ann.subject
            )
        }
        hub.operate(.impose, .sanction(.ban, until: nil), "club:y", subject: ann.subject)
        hub.settle()
        #expect(hub.ledger.standing[ann.subject].channels.count == Standing.channelsMax)
        #expect(
            Array(hub.loops[0].refusals.values) == [.busy],
            "a person is told that there is no room"
        )
        _ = talk.say(ann, "hijack")
        #expect(hub.loops[0].closed[ann.slot] == .banned)
    }
}
