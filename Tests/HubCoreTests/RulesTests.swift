import AuditLog
import HubCore
import Outcomes
import Testing

@Suite("What rules do to members and messages")
struct RulesTests {
    private let talk: Conversation
    private static let key = "00000000-0000-4000-8000-000000000001"

    init() throws { talk = try Conversation() }

    @Test("a held message reaches nobody, is kept as it came, and answers held again")
    func hold() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        let player = talk.connect(2, on: 1, claims: Fixture.player)
        let officer = talk.connect(3, on: 1, claims: Fixture.officer, join: nil)
        let answer = talk.say(adult, "call me", key: Self.key)
        let held = try #require(try talk.events(1).first)
        #expect(held.disposition == .hold && held.stage == .rules && held.rules == ["contacts"])
        #expect(held.channelSeq == nil && held.channel == "club:a" && held.message != nil)
        #expect(
            answer == [
                #"{"type":"ack","id":"m","status":"held","decision":"1-\#(held.seq)","#
                    + #""say":"A coach looks first."}"#
            ]
        )
        #expect(talk.got(player, "message").isEmpty && talk.got(adult, "message").isEmpty)
        let kept = talk.hub.contents[held.seq, default: []]
        #expect(kept.map(\.kind) == [.original])
        #expect(String(decoding: kept[0].body, as: UTF8.self).contains("call me"))
        #expect(
            held.detail == #"{"flags":["safeguarding"],"notify":["welfare-officer"],"#
                + #""findings":[{"rule":"contacts","field":"/body/text","start":0,"end":7}]}"#
        )
        // Who is on duty is told on every shard, and not what was said.
        #expect(
            talk.got(officer, "notice") == [
                #"{"type":"notice","decision":"1-\#(held.seq)","channel":"club:a","#
                    + #""rules":["contacts"],"flags":["safeguarding"]}"#
            ]
        )
        #expect(talk.got(player, "notice").isEmpty)
        let again = talk.say(adult, "call me", key: Self.key)
        #expect(
            again == [
                #"{"type":"ack","id":"m","status":"held","decision":"1-\#(held.seq)"}"#
            ]
        )
        #expect(talk.got(officer, "notice").count == 1)
    }

    @Test("a bounced message is refused with the chance to reword it, once and again")
    func bounce() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        let answer = talk.say(adult, "whatever", key: Self.key)
        let event = try #require(try talk.events(1).first)
        #expect(event.disposition == .bounce && event.rules == ["reword"])
        let refusal = #"{"type":"refused","id":"m","code":"bounced","message":"#
        #expect(
            answer == [
                refusal + #""In other words, please.","decision":"1-\#(event.seq)"}"#
            ]
        )
        let again = talk.say(adult, "whatever", key: Self.key)
        #expect(again[0].hasPrefix(refusal) && again[0].contains(#""1-\#(event.seq)""#))
    }

    @Test("strikes escalate: the third in a week mutes, and the sender is told after the answer")
    func escalation() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        for _ in 0..<2 { #expect(talk.say(adult, "darn").count == 2) }
        #expect(try talk.events(2).map(\.kind) == [.message, .strike])
        let third = talk.say(adult, "darn")
        let events = try talk.events(3)
        #expect(events.map(\.kind) == [.message, .strike, .mute])
        #expect(events[0].score == 3 && events[0].disposition == .redact)
        #expect(events[1].refersSeq == events[0].seq && events[2].refersSeq == events[0].seq)
        #expect(third[0].contains(#""status":"redacted""#))
        #expect(third.last { $0.contains("notice") }?.contains("Cool down.") == true)
        #expect(talk.say(adult, "sorry")[0].contains(#""code":"muted""#))
        // Half an hour later the mute is over, and the strikes still count.
        talk.hub.clock += 1_800_000_001
        #expect(talk.say(adult, "back")[0].contains(#""status":"delivered""#))
        _ = talk.say(adult, "darn")
        #expect(try talk.events(1)[0].kind == .mute)
        // A week after all of them they don't.
        talk.hub.clock += 8 * 86_400_000_000
        _ = talk.say(adult, "darn")
        #expect(try talk.events(1)[0].kind == .strike)
    }

    @Test("a join that a rule blocks is refused in the rule's words; a strange name isn't recorded")
    func join() throws {
        let adult = talk.connect(1, claims: Fixture.adult, join: nil)
        let text = #"{"type":"join","id":"1","channel":"youth:u14"}"#
        let answer = talk.ask(adult, text)
        let event = try talk.events(1)[0]
        #expect(event.kind == .join && event.disposition == .block && event.stage == .rules)
        #expect(event.channel == nil && event.detail == #"{"code":"blocked","labels":["vetting"]}"#)
        #expect(
            answer == [
                #"{"type":"refused","id":"1","code":"blocked","message":"Vetting first.","#
                    + #""decision":"1-\#(event.seq)"}"#
            ]
        )
        // Once claims name it, it is the operator's word.
        _ = talk.connect(
            2,
            claims: #"{"channels":["youth:u14"],"birthdate":"2013-01-01"}"#,
            join: "youth:u14"
        )
        _ = talk.ask(adult, text)
        #expect(try talk.events(1)[0].channel == "youth:u14")
        let vetted = talk.connect(
            3,
            claims: #"{"birthdate":"1990-01-01","vetted":true}"#,
            join: "youth:u14"
        )
        #expect(talk.got(vetted, "ack").count == 1)
    }

    @Test("what is preserved by rule is a window around the message, once an hour")
    func preserve() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        let answer = talk.say(adult, "hopeless")
        let events = try talk.events(2)
        #expect(events.map(\.kind) == [.message, .preserve] && events[0].disposition == .allow)
        #expect(events[1].refersSeq == events[0].seq)
        #expect(events[1].channel == "club:a" && events[1].subject == nil)
        let hour: Int64 = 3_600_000_000
        let from = try #require(try talk.hub.number("from", in: events[1]))
        let to = try #require(try talk.hub.number("to", in: events[1]))
        #expect(from % hour == 0 && to % hour == 0)
        #expect(from <= events[0].at - 24 * hour && events[0].at - 25 * hour < from)
        #expect(to > events[0].at + 24 * hour && to <= events[0].at + 25 * hour)
        #expect(
            events[0].detail
                == #"{"flags":["urgent"],"labels":["crisis"],"told":1,"findings":["#
                + #"{"rule":"crisis","field":"/body/text","start":0,"end":8}]}"#
        )
        #expect(answer[0].contains(#""status":"delivered""#))
        #expect(
            answer.contains(
                #"{"type":"notice","decision":"1-\#(events[0].seq)","message":"Call 116 123."}"#
            )
        )
        _ = talk.say(adult, "hopeless")
        #expect(try talk.events(1)[0].kind == .message)
        talk.hub.clock += hour
        _ = talk.say(adult, "hopeless")
        #expect(try talk.events(1)[0].kind == .preserve)
    }

    @Test("a rule can end the sender's connection, and a ban ends all of the member's")
    func ends() throws {
        let first = talk.connect(1, claims: Fixture.adult)
        let second = talk.connect(1, on: 1, claims: Fixture.adult)
        _ = talk.say(first, "buy now")
        #expect(talk.hub.loops[0].closed == [first.slot: .repeatedViolations])
        #expect(talk.hub.loops[1].closed.isEmpty)
        _ = talk.say(second, "bomb")
        #expect(talk.hub.loops[0].closed[first.slot] == .banned)
        #expect(talk.hub.loops[1].closed == [second.slot: .banned])
        #expect(try talk.events(2).map(\.kind) == [.message, .ban])
    }

    @Test("a kind of message has its own schema, and members are told it")
    func kinds() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        func message(_ kind: String, _ body: String) -> String {
            #"{"type":"message","id":"m","channel":"club:a","kind":\#(kind),"body":\#(body)}"#
        }
        let poll = talk.ask(adult, message(#""poll""#, #"{"question":"When?"}"#))
        #expect(poll.contains { $0.contains(#""channel":"club:a","kind":"poll","epoch":1"#) })
        #expect(try talk.events(1)[0].detail == #"{"kind":"poll"}"#)
        let plain = talk.say(adult, "hello")
        #expect(plain.contains { $0.contains(#""channel":"club:a","epoch":1"#) })
        #expect(talk.ask(adult, message(#""poll""#, "{}"))[0].contains("bad_schema"))
        #expect(talk.ask(adult, message(#""quiz""#, "{}"))[0].contains("unknown_type"))
        for kind in [#""""#, "7", #""two words""#, "\"\(String(repeating: "k", count: 65))\""] {
            #expect(talk.ask(adult, message(kind, "{}"))[0].contains("bad_envelope"))
        }
    }

    @Test("a verdict that a newcomer overtakes is judged again by who belongs to the channel now")
    func overtaken() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        // A guest of unknown age, whose join another shard has on its way.
        let guest = talk.connect(2, on: 1, join: nil)
        talk.send(guest, #"{"type":"join","id":"j","channel":"club:a"}"#)
        talk.hub.handOver(talk.hub.loops[1])
        talk.send(adult, Conversation.message("call me"))
        talk.hub.handOver(talk.hub.loops[0])
        talk.hub.settle()
        #expect(try talk.events(2).map(\.kind) == [.join, .message])
        #expect(try talk.events(1)[0].disposition == .hold)
        #expect(talk.hub.loops[0].shard.counters.rejudged == 1)
        #expect(talk.got(guest, "message").isEmpty)
    }

    @Test("a rule that an exemption sets aside does nothing, and the event names both")
    func exempted() throws {
        let chemist = talk.connect(
            1,
            claims: #"{"birthdate":"1990-01-01","channels":["club:a"],"roles":["chemist"]}"#
        )
        #expect(talk.say(chemist, "it is poison")[0].contains(#""status":"delivered""#))
        let event = try #require(try talk.events(1).first)
        #expect(event.disposition == .allow && event.rules.isEmpty && event.shadowRules.isEmpty)
        #expect(event.detail == #"{"exempted":[{"rule":"no-poison","exemption":"chemists"}]}"#)
        let adult = talk.connect(2, claims: Fixture.adult)
        #expect(talk.say(adult, "it is poison")[0].contains(#""code":"blocked""#))
        #expect(try talk.events(1)[0].detail.contains("exempted") == false)
    }

    @Test("a field that a member named stays out of the event")
    func strangeFields() throws {
        let adult = talk.connect(1, claims: Fixture.adult)
        let body = #"{"text":"hi","Mary 087 123":["x",{"darn/":"darn"}]}"#
        _ = talk.ask(
            adult,
            #"{"type":"message","id":"m","channel":"club:a","body":\#(body)}"#
        )
        let detail = try talk.events(2)[0].detail
        #expect(detail.contains(#""field":"/body/*/1/*","start":0,"end":4"#))
        #expect(!detail.contains("087"))
    }
}
