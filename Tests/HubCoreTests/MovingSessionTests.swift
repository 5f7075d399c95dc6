import HubCore
import Outcomes
import PolicyEngine
import Testing

/// What is sent behind a join, a leave or a renewal without waiting for the answer.
@Suite("Behind what moves a session")
struct MovingSessionTests {
    private let talk: Conversation

    init() throws { talk = try Conversation() }

    private func join(_ channel: String) -> String {
        #"{"type":"join","id":"j","channel":"\#(channel)"}"#
    }

    @Test("a message behind its join is a member's")
    func speaks() throws {
        let ann = talk.connect(1, claims: Fixture.adult, join: nil)
        talk.send(ann, join("club:a"))
        talk.send(ann, Conversation.message("hello"))
        talk.hub.settle()
        #expect(talk.got(ann, "message").count == 1)
        #expect(talk.got(ann, "refused").isEmpty)
    }

    @Test("joins that come together stay within the limit, and each channel is joined once")
    func limit() {
        let ann = talk.connect(1, claims: Fixture.adult, join: nil)
        let channelsMax = talk.hub.bundle.limits.channelsPerSession
        talk.send(ann, join("club:0"))
        for number in 0..<channelsMax + 5 { talk.send(ann, join("club:\(number)")) }
        // Each of them waits for the one before.
        for _ in 0..<4 { talk.hub.settle() }
        #expect(talk.got(ann, "ack").count == channelsMax)
        let refused = talk.got(ann, "refused")
        #expect(refused.count == 6 && refused[0].contains(#""code":"already_joined""#))
        #expect(refused.dropFirst().allSatisfy { $0.contains(#""code":"too_many_channels""#) })
        let session = talk.hub.loops[ann.loop].shard.sessions[slot: ann.slot]
        #expect(session?.channels.count == channelsMax)
    }

    @Test("whoever goes on with a session keeps within the limit, too")
    func resumption() {
        let channelsMax = talk.hub.bundle.limits.channelsPerSession
        let ann = talk.connect(1, claims: Fixture.adult, join: nil)
        let renewal = #"{"type":"renew","id":"t","token":"{}"}"#
        let token = Heard.text("resume_token", talk.ask(ann, renewal).joined()) ?? ""
        let back = talk.connect(1, on: 1, claims: Fixture.adult, join: "club:a")
        let channels = (0..<channelsMax).map { #"{"channel":"club:\#($0)","epoch":1,"seq":0}"# }
        func resume(_ channels: some Collection<String>) -> String {
            #"{"type":"resume","id":"r","token":"\#(token)","channels":[\#(channels.joined(separator: ","))]}"#
        }
        #expect(talk.ask(back, resume(channels))[0].contains(#""code":"too_many_channels""#))
        let told = talk.ask(back, resume(channels.dropLast()))
        #expect(told[0].contains(#""status":"resumed""#))
        #expect(told.count { $0.hasPrefix(#"{"type":"joined""#) } == channelsMax - 1)
    }

    @Test("who has left writes there no more, and sees nobody")
    func left() throws {
        let ann = talk.connect(1, claims: Fixture.adult)
        talk.send(ann, #"{"type":"leave","id":"l","channel":"club:a"}"#)
        talk.send(ann, Conversation.message("one more thing"))
        talk.send(ann, #"{"type":"presence","id":"p","channel":"club:a","on":true}"#)
        talk.hub.settle()
        let refused = talk.got(ann, "refused")
        #expect(refused.count == 2)
        #expect(refused.allSatisfy { $0.contains(#""code":"not_joined""#) })
    }

    @Test("what comes behind a renewal is judged by the new claims")
    func renewed() {
        let officer = talk.connect(1, claims: Fixture.officer, join: nil)
        let token = #"{\"birthdate\":\"2014-01-01\"}"#
        talk.send(officer, #"{"type":"renew","id":"n","token":"\#(token)"}"#)
        talk.send(officer, join("youth:a"))
        talk.hub.settle()
        let session = talk.hub.loops[officer.loop].shard.sessions[slot: officer.slot]
        #expect(session?.member.roles == [])
        #expect(session?.channels.map(\.name) == ["youth:a"])
    }

    @Test("messages whose verdicts went stale one after the other keep their order")
    func order() {
        let ann = talk.connect(1, claims: Fixture.adult)
        let guest = talk.connect(2, on: 1, join: nil)
        let loop = talk.hub.loops[0]
        talk.send(guest, join("club:a"))
        talk.hub.handOver(talk.hub.loops[1])
        for text in ["one", "two"] {
            talk.send(ann, Conversation.message(text))
            talk.hub.handOver(loop)
            talk.hub.record()
        }
        talk.hub.apply(loop)
        talk.send(ann, Conversation.message("three"))
        talk.hub.settle()
        let got = talk.got(guest, "message").compactMap { Heard.text("text", $0) }
        #expect(got == ["one", "two", "three"])
        #expect(loop.shard.counters.rejudged == 2)
    }
}
