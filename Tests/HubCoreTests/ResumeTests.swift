import AuditLog
import Crypto
import Foundation
import HubCore
import Outcomes
import Testing

/// Sessions that go on where others were cut off.
struct ResumeTests {
    private let talk: Conversation
    private let ann: Member
    private let ben: Member
    private let token: String

    init() throws {
        talk = try Conversation()
        ann = talk.connect(1, claims: Fixture.adult)
        ben = talk.connect(2, on: 1, claims: Fixture.adult)
        token = Self.token(talk, ann)
    }

    /// The newest resume token of a member's session, as it was told.
    private static func token(
        _ talk: Conversation,
        _ member: Member,
        claims: String = Fixture.adult
    ) -> String {
        let renewed = #"{"type":"renew","id":"t","token":"\#(escaped(claims))"}"#
        let told = talk.ask(member, renewed).joined()
        let start = told.range(of: #""resume_token":""#)!.upperBound
        return String(told[start...].prefix { $0 != "\"" })
    }

    private static func escaped(_ text: String) -> String { text.replacing("\"", with: "\\\"") }

    private func resume(_ member: Member, _ token: String, after seq: Int, epoch: Int = 1)
        -> [String]
    {
        talk.ask(member, Self.resumption(token, after: seq, epoch: epoch))
    }

    private static func resumption(_ token: String, after seq: Int, epoch: Int = 1) -> String {
        #"{"type":"resume","id":"r","token":"\#(token)","channels":[{"channel":"club:a","#
            + #""epoch":\#(epoch),"seq":\#(seq)}]}"#
    }

    @Test("what was missed comes whole and in order, then what is said from now on")
    func replayed() throws {
        _ = talk.say(ben, "one")
        talk.hub.loops[ann.loop].shard.disconnected(ann.slot, outcome: .goingAway, at: talk.hub.now)
        _ = talk.say(ben, "two")
        _ = talk.say(ben, "three")
        let back = talk.connect(1, on: 1, claims: Fixture.adult, join: nil)
        let told = resume(back, token, after: 1)
        #expect(told.count == 4)
        #expect(told[0].contains(#""status":"resumed""#))
        #expect(
            told[1].hasPrefix(#"{"type":"joined","channel":"club:a","epoch":1,"channel_seq":3"#)
        )
        #expect(told[1].contains(#""replayed":2"#))
        #expect(told[2].contains(#""text":"two""#) && told[3].contains(#""text":"three""#))
        _ = talk.say(ben, "four")
        #expect(talk.got(back, "message").last?.contains(#""text":"four""#) == true)
        let event = try #require(try talk.events(4).first { $0.kind == .resume })
        #expect(event.disposition == .allow && talk.hub.contents[event.seq] == nil)
    }

    @Test("a rule on the kind of what is read is asked of its edits, too", arguments: [1 << 20, 0])
    func kinds(memory: Int) throws {
        let talk = try Conversation(recentBytesMax: memory)
        let ann = talk.connect(1, claims: Fixture.adult)
        let kid = talk.connect(2, on: 1, claims: Fixture.player)
        let token = Self.token(talk, kid, claims: Fixture.player)
        talk.disconnect(kid)
        let (poll, edit) = (
            #"{"type":"message","id":"m","channel":"club:a","kind":"poll","body":{"question":"One?"}}"#,
            #"{"type":"edit","id":"e","channel":"club:a","epoch":1,"seq":1,"body":{"question":"Two?"}}"#
        )
        #expect(talk.ask(ann, poll)[0].contains("delivered"))
        #expect(talk.ask(ann, edit)[0].contains("edited"))
        _ = talk.say(ann, "hello")
        let back = talk.connect(2, on: 1, claims: Fixture.player, join: nil)
        let told = talk.ask(back, Self.resumption(token, after: 0))
        #expect(told.count == 5 && told[1].contains(#""replayed":3"#))
        for removed in told[2...3] {
            #expect(removed.hasPrefix(#"{"type":"removed""#))
            #expect(removed.contains(#""by":"rule""#) && removed.contains(#""seq":1}"#))
        }
        #expect(told[4].contains(#""text":"hello""#))
        // Whom the rule leaves alone reads both.
        let grown = talk.connect(1, on: 1, claims: Fixture.adult, join: nil)
        let all = talk.ask(grown, Self.resumption(Self.token(talk, ann), after: 0))
        #expect(all.count { $0.contains("Two?") } == 2)
    }

    @Test("a token is used up by its first use, whoever comes with it")
    func once() throws {
        let back = talk.connect(1, on: 1, claims: Fixture.adult, join: nil)
        #expect(resume(back, token, after: 0)[0].contains("resumed"))
        // The old session, still open on another shard, is told where it has gone.
        #expect(talk.hub.loops[ann.loop].closed[ann.slot] == .resumedElsewhere)
        let again = talk.connect(1, claims: Fixture.adult, join: nil)
        let told = resume(again, token, after: 0)
        #expect(told.count == 1 && told[0].contains(#""code":"resume_lost""#))
        #expect(talk.hub.loops[again.loop].closed[again.slot] == nil)
        let event = try #require(try talk.events(1).last)
        #expect((event.kind, event.disposition) == (.resume, .block))
        #expect(talk.hub.contents[event.seq] == nil)
    }

    @Test("a join that the full journal can't take is told, and can be tried again")
    func unrecorded() throws {
        let back = talk.connect(1, on: 1, claims: Fixture.adult, join: nil)
        talk.send(
            back,
            #"{"type":"resume","id":"r","token":"\#(token)","channels":[{"channel":"club:a","#
                + #""epoch":1,"seq":0},{"channel":"nowhere","epoch":1,"seq":0}]}"#
        )
        talk.hub.handOver(talk.hub.loops[1])
        talk.hub.record()
        talk.hub.isFull = true
        talk.hub.settle()
        #expect(talk.got(back, "ack").count == 1 && talk.got(back, "refused").isEmpty)
        let left = talk.got(back, "left")
        #expect(left.count == 2)
        for (told, channel) in zip(left, ["club:a", "nowhere"]) {
            #expect(told.contains(#""channel":"\#(channel)","code":"record_unavailable""#))
            #expect(told.hasSuffix(#""decision":null}"#))
        }
        talk.hub.isFull = false
        let joined = talk.ask(back, #"{"type":"join","id":"j","channel":"club:a"}"#)
        #expect(joined.count == 1 && joined[0].contains(#""status":"joined""#))
    }

    @Test("of two who use a token at one moment, one wins")
    func race() {
        let first = talk.connect(1, on: 0, claims: Fixture.adult, join: nil)
        let second = talk.connect(1, on: 1, claims: Fixture.adult, join: nil)
        let text = #"{"type":"resume","id":"r","token":"\#(token)","channels":[]}"#
        talk.send(first, text)
        talk.send(second, text)
        talk.hub.settle()
        let told = [first, second].map {
            talk.got($0, "ack").contains { $0.contains("resumed") }
        }
        #expect(told.filter(\.self).count == 1)
        #expect(talk.hub.loops[0].shard.standing == talk.hub.ledger.standing)
    }

    @Test("another member's token, one that was tampered with, and one's own lose")
    func foreign() {
        let stranger = talk.connect(3, claims: Fixture.adult, join: nil)
        var tokens = [token, "x", "", "..", token + "0", Self.token(talk, stranger)]
        var bytes = Array(token.utf8)
        for place in bytes.indices {
            let old = bytes[place]
            bytes[place] = old == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
            tokens.append(String(decoding: bytes, as: UTF8.self))
            bytes[place] = old
        }
        for token in tokens {
            let told = resume(stranger, token, after: 0)
            #expect(told.count == 1 && told[0].contains(#""type":"refused""#), "\(token)")
        }
        #expect(talk.hub.loops[ann.loop].closed[ann.slot] == nil)
    }

    @Test("who is forgotten on the way back into a channel does not come into it")
    func forgotten() throws {
        let back = talk.connect(1, on: 1, claims: Fixture.adult, join: nil)
        let loops = talk.hub.loops
        talk.send(back, Self.resumption(token, after: 0))
        talk.hub.handOver(loops[1])
        talk.hub.record()
        talk.hub.apply(loops[1])
        // The join is judged, and the erasure is recorded before it.
        loops[0].shard.propose(
            Keeping(
                kind: .erase,
                subject: ann.subject,
                channel: nil,
                refers: nil,
                detail: "{}",
                reason: "{}"
            ),
            at: talk.hub.now
        )
        talk.hub.handOver(loops[0])
        talk.hub.record()
        talk.hub.settle()
        let events = try talk.hub.decodedEvents()
        let erased = try #require(events.firstIndex { $0.kind == .erase })
        #expect(!events[erased...].contains { $0.kind == .join })
        #expect(loops[1].closed[back.slot] == .tokenRevoked)
    }

    @Test("rules of now decide who comes back into a channel")
    func rules() throws {
        let member = talk.connect(
            5,
            claims: #"{"birthdate":"1990-01-01","vetted":true}"#,
            join: "youth:a"
        )
        let told = talk.ask(
            member,
            #"{"type":"renew","id":"t","token":"\#(Self.escaped(Fixture.adult))"}"#
        )
        let token = told.joined().split(separator: #""resume_token":""#)[1].prefix { $0 != "\"" }
        let back = talk.connect(5, on: 1, claims: Fixture.adult, join: nil)
        let answers = talk.ask(
            back,
            #"{"type":"resume","id":"r","token":"\#(token)","channels":[{"channel":"youth:a","#
                + #""epoch":1,"seq":0},{"channel":"nowhere","epoch":1,"seq":0}]}"#
        )
        #expect(answers.count == 3)
        #expect(answers[1].hasPrefix(#"{"type":"left","channel":"youth:a","code":"blocked""#))
        #expect(
            answers[2].hasPrefix(#"{"type":"left","channel":"nowhere","code":"unknown_channel""#)
        )
        let events = try talk.events(2)
        #expect(events.allSatisfy { $0.kind == .join && $0.disposition == .block })
        #expect(events[1].channel == nil)
    }

    @Test(
        "what can't be replayed whole isn't replayed at all",
        arguments: [(9, 1), (2, 1), (.max, 1), (0, 2), (1, 7), (.max, 7)]
    )
    func lost(seq: Int, epoch: Int) {
        _ = talk.say(ben, "one")
        let back = talk.connect(1, on: 1, claims: Fixture.adult, join: nil)
        let told = resume(back, token, after: seq, epoch: epoch)
        #expect(told.count == 2)
        #expect(told[1].hasPrefix(#"{"type":"left","channel":"club:a","code":"resume_lost""#))
        _ = talk.say(ben, "two")
        #expect(talk.got(back, "message").isEmpty)
    }

    @Test(
        "an envelope of the wrong shape is refused and uses nothing up",
        arguments: [
            "7", "{}", "null", #"[{"channel":"club:a","epoch":1}]"#, "[7]",
            #"[{"channel":"club:a","epoch":1,"seq":-1}]"#,
            #"[{"channel":"club:a","epoch":0,"seq":1}]"#,
            #"[{"channel":"club:a","epoch":1,"seq":1.5}]"#,
            #"[{"channel":"club:a","epoch":1,"seq":1,"x":1}]"#,
            #"[{"channel":"","epoch":1,"seq":1}]"#,
            #"[{"channel":"club:a","epoch":1,"seq":1},{"channel":"club:a","epoch":1,"seq":2}]"#,
        ]
    )
    func malformed(channels: String) {
        let back = talk.connect(1, on: 1, claims: Fixture.adult, join: nil)
        let told = talk.ask(
            back,
            #"{"type":"resume","id":"r","token":"\#(token)","channels":\#(channels)}"#
        )
        #expect(told.count == 1 && told[0].contains(#""code":"bad_envelope""#))
        #expect(resume(back, token, after: 0)[0].contains("resumed"))
    }
}
