import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

/// Whatever is judged more than once happened once, and is judged by what is true by then.
@Suite("Judging again")
struct RejudgingTests {
    private let talk: Conversation

    init() throws { talk = try Conversation() }

    @Test("a message whose verdict went stale is no repetition of itself")
    func stale() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        let guest = talk.connect(2, on: 1, join: nil)
        talk.send(guest, #"{"type":"join","id":"j","channel":"club:a"}"#)
        talk.hub.handOver(talk.hub.loops[1])
        talk.send(adult, Conversation.message("echo once"))
        talk.hub.handOver(talk.hub.loops[0])
        talk.hub.settle()
        #expect(talk.hub.loops[0].shard.counters.rejudged == 1)
        #expect(try talk.events(2).map(\.kind) == [.join, .message])
        #expect(try talk.events(1)[0].disposition == .allow)
        #expect(talk.got(guest, "message").count == 1)
        // It has been counted all the same.
        #expect(talk.say(adult, "echo once")[0].contains(#""code":"bounced""#))
        #expect(talk.say(adult, "echo twice")[0].contains(#""status":"delivered""#))
    }

    @Test("a repetition whose verdict went stale is one still")
    func staleRepetition() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        _ = talk.say(adult, "echo once")
        let guest = talk.connect(2, on: 1, join: nil)
        talk.send(guest, #"{"type":"join","id":"j","channel":"club:a"}"#)
        talk.hub.handOver(talk.hub.loops[1])
        talk.send(adult, Conversation.message("echo once"))
        talk.hub.handOver(talk.hub.loops[0])
        talk.hub.settle()
        #expect(talk.hub.loops[0].shard.counters.rejudged == 1)
        #expect(try talk.events(1)[0].rules == ["echo"])
        #expect(talk.got(guest, "message").isEmpty)
    }

    @Test("a token that is renewed is no further connection or join to a rate")
    func renewed() throws {
        let claims = #"{"birthdate":"1990-01-01","roles":["guest"]}"#
        let guest = talk.connect(1, claims: claims, join: "club:rare")
        #expect(talk.got(guest, "ack").count == 1)
        let token = claims.replacing("\"", with: "\\\"")
        for _ in 0..<2 {
            let answers = talk.ask(guest, #"{"type":"renew","id":"r","token":"\#(token)"}"#)
            #expect(answers.count == 1 && answers[0].contains("renewed"))
        }
        let left = talk.ask(guest, #"{"type":"leave","id":"l","channel":"club:rare"}"#)
        #expect(left[0].contains(#""status":"left""#))
        let again = talk.ask(guest, #"{"type":"join","id":"j","channel":"club:rare"}"#)
        #expect(again[0].contains(#""code":"blocked""#))
    }

    @Test("a session's claims are read as the bundle reads them that is in force")
    func swap() throws {
        let claims = #"{"birthdate":"1990-01-01","born":"2015-01-01","channels":["club:a"]}"#
        let adult = talk.connect(1, claims: claims, join: nil)
        let officer = talk.connect(3, on: 1, claims: #"{"tasks":["welfare"]}"#, join: nil)
        let youth = #"{"type":"join","id":"j","channel":"youth:u9"}"#
        #expect(talk.ask(adult, youth)[0].contains(#""code":"blocked""#))
        #expect(talk.say(adult, "call me").isEmpty == false)
        #expect(talk.got(officer, "notice").isEmpty)
        let other = try Fixture.bundle(
            (old: "members:", new: "members:\n  birthdate: born\n  roles: tasks")
        )
        talk.hub.loops[0].shard.propose(
            Activation(other, by: .signal),
            ticket: 7,
            at: talk.hub.now
        )
        talk.hub.settle()
        #expect(talk.ask(adult, youth)[0].contains(#""status":"joined""#))
        _ = talk.ask(adult, #"{"type":"join","id":"j","channel":"club:a"}"#)
        _ = talk.say(adult, "call me")
        #expect(talk.got(officer, "notice").count == 1)
    }
}
