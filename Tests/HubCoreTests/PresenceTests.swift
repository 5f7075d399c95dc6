import AuditLog
import Foundation
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("Who is in a channel, told to those who watch")
struct PresenceTests {
    private let talk: Conversation
    private let watcher: Member

    init() throws {
        talk = try Conversation(shards: 2)
        watcher = talk.connect(1, name: "Wim")
    }

    private static func request(_ on: Bool, _ channel: String = "club:a") -> String {
        #"{"type":"presence","id":"p","channel":"\#(channel)","on":\#(on)}"#
    }

    private func watch(_ member: Member, _ on: Bool = true, _ channel: String = "club:a") -> String
    {
        talk.ask(member, Self.request(on, channel)).joined()
    }

    /// What a member is told at the next look at the clock.
    private func told(_ member: Member) -> [String] {
        let before = talk.got(member, "presence").count
        talk.hub.tellPresence()
        return Array(talk.got(member, "presence").dropFirst(before))
    }

    private static func id(_ number: UInt64) -> String {
        "00000000-0000-8000-0000-\(String(format: "%012llx", number))"
    }

    private static func member(_ number: UInt64, _ name: String = "Ann") -> String {
        #"{"id":"\#(id(number))","name":"\#(name)"}"#
    }

    private static func update(_ count: Int, came: [String] = [], gone: [UInt64] = []) -> String {
        let gone = gone.map { "\"\(id($0))\"" }.joined(separator: ",")
        return #"{"type":"presence","channel":"club:a","count":\#(count),"#
            + #""came":[\#(came.joined(separator: ","))],"gone":[\#(gone)]}"#
    }

    private static func count(_ part: String, in text: String) -> Int {
        text.components(separatedBy: part).count - 1
    }

    @Test("the list comes first, then who came and who went, to every shard's watchers")
    func listAndUpdates() throws {
        let other = talk.connect(2, on: 1)
        let answer = watch(watcher)
        #expect(answer.hasPrefix(#"{"type":"ack","id":"p","status":"presence","decision":"1-"#))
        let event = try #require(try talk.events(1).first)
        #expect(event.kind == .presence && event.channel == "club:a")
        #expect(event.retention == .traffic && event.detail == #"{"on":true}"#)
        _ = watch(other)
        let list = #"{"type":"presence","channel":"club:a","count":2,"members":["#
        let first = [Self.member(1, "Wim"), Self.member(2)]
        talk.hub.tellPresence()
        for member in [watcher, other] {
            let got = talk.got(member, "presence")
            #expect(
                got == [list + first.joined(separator: ",") + "]}"]
                    || got == [list + first.reversed().joined(separator: ",") + "]}"]
            )
            #expect(told(member).isEmpty)
        }
        let third = talk.connect(3, on: 1, name: #"Q"t"#)
        let came = [Self.update(3, came: [Self.member(3, #"Q\"t"#)])]
        #expect(told(watcher) == came)
        #expect(talk.got(other, "presence").suffix(1) == came)
        #expect(talk.got(third, "presence").isEmpty)
        talk.disconnect(third)
        #expect(told(watcher) == [Self.update(2, gone: [3])])
        _ = talk.ask(other, #"{"type":"leave","id":"l","channel":"club:a"}"#)
        #expect(told(watcher) == [Self.update(1, gone: [2])])
        #expect(talk.got(other, "presence").count == 3)
    }

    @Test("what came and went within a second is not told")
    func cancellingOut() {
        let other = talk.connect(2, on: 1)
        _ = watch(watcher)
        _ = told(watcher)
        talk.disconnect(talk.connect(3))
        talk.disconnect(other)
        _ = talk.connect(2)
        #expect(told(watcher).isEmpty)
        talk.disconnect(talk.connect(4, on: 1))
        _ = talk.connect(5)
        #expect(told(watcher) == [Self.update(3, came: [Self.member(5)])])
    }

    @Test("a member counts once, from its first session to its last")
    func severalSessions() {
        _ = watch(watcher)
        _ = told(watcher)
        let phone = talk.connect(2)
        #expect(told(watcher) == [Self.update(2, came: [Self.member(2)])])
        let laptop = talk.connect(2, on: 1)
        talk.disconnect(phone)
        #expect(told(watcher).isEmpty)
        talk.disconnect(laptop)
        #expect(told(watcher) == [Self.update(1, gone: [2])])
    }

    @Test(
        "a new name is told, also when its bearer was away for a moment, and an erased one no more"
    )
    func names() throws {
        let other = talk.connect(2, on: 1)
        _ = watch(watcher)
        _ = told(watcher)
        let token = Fixture.officer.replacing("\"", with: "\\\"")
        _ = talk.ask(other, #"{"type":"renew","id":"n","token":"\#(token)"}"#)
        let renamed = Self.update(2, came: [Self.member(2, "Olive")])
        #expect(told(watcher) == [renamed])
        talk.disconnect(other)
        let again = talk.connect(2, on: 1, name: "Ann")
        #expect(told(watcher) == [Self.update(2, came: [Self.member(2)])])
        let erasure = Keeping(
            kind: .erase,
            subject: again.subject,
            channel: nil,
            refers: nil,
            detail: "{}",
            reason: "{}"
        )
        talk.hub.loops[0].shard.propose(erasure, at: talk.hub.now)
        talk.hub.settle()
        #expect(told(watcher) == [Self.update(2, came: [Self.member(2, "")])])
        #expect(talk.hub.loops[1].closed[again.slot] == .tokenRevoked)
        #expect(!talk.hub.ledger.roster.presence(in: "club:a").names.contains("Ann"))
    }

    @Test("200 members are listed and 200 changes told; of more, the count alone")
    func bounds() {
        let crowd = (1000..<1199).map { talk.connect($0, on: Int($0) % 2) }
        _ = watch(watcher)
        #expect(Self.count("\"name\"", in: told(watcher)[0]) == 200)
        // Two hundred and one: nobody's list is whole any more.
        let late = talk.connect(2)
        let count = { (number: Int) in
            #"{"type":"presence","channel":"club:a","count":\#(number)}"#
        }
        #expect(told(watcher) == [count(201)])
        _ = watch(late)
        let list = told(late)[0]
        #expect(list.contains(#""count":201,"members":["#))
        #expect(Self.count("\"name\"", in: list) == 200)
        // All but the watcher go, which are two hundred changes.
        for member in crowd + [late] { talk.disconnect(member) }
        #expect(Self.count("-8000-", in: told(watcher)[0]) == 200)
        // Two hundred and one have been and gone: too many to remember, told as such.
        for number in 2000..<2201 { talk.disconnect(talk.connect(UInt64(number))) }
        #expect(told(watcher) == [count(1)])
        #expect(told(watcher).isEmpty)
    }

    @Test("it ends when asked, on leaving, with rights that are lost, and with the session")
    func ends() {
        _ = watch(watcher)
        _ = told(watcher)
        #expect(watch(watcher, false).contains(#""status":"presence""#))
        #expect(watch(watcher, false).contains(#""status":"presence""#))
        _ = talk.connect(2)
        #expect(told(watcher).isEmpty)
        _ = watch(watcher)
        _ = talk.ask(watcher, #"{"type":"leave","id":"l","channel":"club:a"}"#)
        #expect(told(watcher).isEmpty)
        _ = talk.ask(watcher, #"{"type":"join","id":"j","channel":"club:a"}"#)
        #expect(told(watcher).isEmpty)

        let coach = #"{"birthdate":"1990-01-01","vetted":true}"#
        let vetted = talk.connect(3, on: 1, claims: coach, join: "youth:a")
        _ = watch(vetted, true, "youth:a")
        #expect(told(vetted).count == 1)
        let token = Fixture.adult.replacing("\"", with: "\\\"")
        _ = talk.ask(vetted, #"{"type":"renew","id":"n","token":"\#(token)"}"#)
        _ = talk.connect(4, claims: Fixture.player, join: "youth:a")
        #expect(told(vetted).isEmpty)

        // A slot that is used again watches nothing.
        _ = watch(watcher)
        talk.disconnect(watcher)
        let next = talk.connect(5)
        #expect(next.slot == watcher.slot)
        #expect(told(next).isEmpty)
    }

    @Test("a leave overtakes the wish to watch")
    func leftMeanwhile() {
        talk.send(watcher, #"{"type":"leave","id":"l","channel":"club:a"}"#)
        talk.send(watcher, Self.request(true))
        talk.hub.settle()
        _ = talk.connect(2)
        #expect(told(watcher).isEmpty)
    }

    @Test("who asks again waits for the list, like everyone who has just asked")
    func again() {
        _ = watch(watcher)
        for _ in 0..<5 { _ = watch(watcher) }
        #expect(told(watcher).count == 1)
        let other = talk.connect(2)
        _ = watch(other)
        _ = watch(watcher)
        #expect(told(watcher).count == 1)
        #expect(talk.got(other, "presence") == [talk.got(watcher, "presence").last!])
    }

    @Test("a channel that shows nobody says so, and one that no longer does, too")
    func switchedOff() throws {
        _ = talk.ask(watcher, #"{"type":"join","id":"j","channel":"hidden:a"}"#)
        let refused = watch(watcher, true, "hidden:a")
        #expect(refused.contains(#""code":"presence_off""#))
        let event = try #require(try talk.events(1).first)
        #expect(event.kind == .presence && event.disposition == .block)
        #expect(event.stage == .state && event.detail == #"{"code":"presence_off"}"#)
        #expect(watch(watcher, false, "hidden:a").contains(#""status":"presence""#))
        _ = watch(watcher)
        _ = told(watcher)
        _ = watch(watcher, true)
        let other = talk.connect(2, on: 1)
        let bundle = try Fixture.bundle((old: "kind: club", new: "kind: club, presence: off"))
        let activation = Activation(bundle, by: .start)
        talk.hub.loops[0].shard.propose(activation, ticket: 9, at: talk.hub.now)
        talk.hub.settle()
        let ended = try #require(talk.got(watcher, "presence").last)
        #expect(ended.contains(#""code":"presence_off""#))
        #expect(ended.contains(#""decision":"1-\#(talk.hub.ledger.lastSeq)""#))
        talk.disconnect(other)
        #expect(told(watcher).isEmpty)
        #expect(watch(watcher).contains(#""code":"presence_off""#))
    }

    @Test(
        "a wish that is none is refused and changes nothing",
        arguments: [
            (#""channel":"club:b","on":true"#, "not_joined"),
            (#""channel":"club:b","on":false"#, "not_joined"),
            (#""channel":"club:a""#, "bad_envelope"),
            (#""channel":"club:a","on":"true""#, "bad_envelope"),
            (#""channel":"club:a","on":1"#, "bad_envelope"),
            (#""channel":"club:a","on":null"#, "bad_envelope"),
            (#""channel":"club:a","on":true,"body":{}"#, "bad_envelope"),
            (#""channel":["club:a"],"on":true"#, "bad_envelope"),
            (#""channel":"\#(String(repeating: "x", count: 257))","on":true"#, "bad_envelope"),
            (#""on":true"#, "bad_envelope"),
        ]
    )
    func badRequests(fields: String, code: String) throws {
        let answer = talk.ask(watcher, #"{"type":"presence","id":"p",\#(fields)}"#).joined()
        #expect(answer.contains("\"code\":\"\(code)\""))
        let event = try #require(try talk.events(1).first)
        #expect(event.disposition == .block && event.channel != "club:b")
        #expect(event.kind == (code == "not_joined" ? .presence : .frame))
        _ = talk.connect(2)
        #expect(told(watcher).isEmpty)
    }

    @Test("a crowd that comes at once gets one list each, and small updates")
    func crowd() {
        let crowd = (1000..<2500).map { talk.connect($0, on: Int($0) % 2) }
        for member in crowd { talk.send(member, Self.request(true)) }
        talk.hub.settle()
        talk.hub.tellPresence()
        for _ in 0..<3 {
            _ = talk.connect(2)
            _ = talk.connect(UInt64.random(in: 3000..<4000), on: 1)
            talk.hub.tellPresence()
        }
        for member in crowd {
            let told = talk.got(member, "presence")
            #expect(told.count == 4)
            #expect(
                told[0].utf8.count < 20_000 && told.dropFirst().allSatisfy { $0.utf8.count < 80 }
            )
        }
    }

    @Test("each part of the channels has its own turn")
    func parts() {
        _ = talk.ask(watcher, #"{"type":"join","id":"j","channel":"club:b"}"#)
        _ = watch(watcher)
        _ = watch(watcher, true, "club:b")
        for part in 0..<2 {
            talk.hub.loops[0].shard.tellPresence(part: part, of: 2)
            #expect(talk.got(watcher, "presence").count == part + 1)
        }
    }
}

extension Presence {
    fileprivate var names: [String] {
        if case .members(let members) = news { members.map(\.name) } else { [] }
    }
}
