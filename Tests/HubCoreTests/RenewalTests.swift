import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

/// Fresh tokens on open sessions.
struct RenewalTests {
    private static let now: Int64 = 1_750_000_000
    private static let oldKey = UUID16(high: 8, low: 8)

    private func session(
        from opened: Int64,
        until exp: Int64
    ) throws -> (hub: SimulatedHub, loop: SimulatedLoop, slot: Int) {
        let hub = SimulatedHub(seed: 7, shards: 1, bundle: try Fixture.bundle())
        hub.clock = (opened - Row.epochUnixSeconds) * 1_000_000
        var arrival = Fixture.arrival(
            UUID16(high: 1, low: 1),
            claims: Fixture.adult,
            key: Self.oldKey
        )
        arrival.tokenExpiresAt = exp
        arrival.expiresAt = exp + 30
        let loop = hub.loops[0]
        let id = loop.shard.proposeConnect(arrival, verdict: .allowed, ticket: 1, at: hub.now)
        hub.settle()
        let slot = loop.shard.reserveSlot()
        _ = loop.shard.open(arrival, id: id, slot: slot, pingIntervalMs: 1000)
        return (hub, loop, slot)
    }

    private func send(_ text: String, _ hub: SimulatedHub, _ slot: Int) -> [String] {
        hub.loops[0].sent[slot] = nil
        Array(text.utf8).withUnsafeBytes {
            hub.loops[0].shard.receive($0, from: slot, at: hub.now)
        }
        hub.settle()
        return hub.loops[0].sent[slot] ?? []
    }

    @Test(
        "a client is told once, a minute before its token expires or halfway to that",
        arguments: [(3600, 3540), (121, 61), (100, 50), (15, 7), (1, 0), (0, 0)]
    )
    func told(lifetime: Int64, after: Int64) throws {
        let (hub, loop, slot) = try session(from: Self.now, until: Self.now + lifetime)
        var told: [Int64] = []
        for second in 0...4000 {
            loop.sent[slot] = nil
            var now = hub.now
            now.wall += Int64(second) * 1_000_000
            loop.shard.endOrTell(slot, at: now)
            if loop.sent[slot] != nil { told.append(Int64(second)) }
        }
        #expect(told == [after])
    }

    @Test("a renewal is recorded without its token, and the session lives on by its claims")
    func renewed() throws {
        let (hub, loop, slot) = try session(from: Self.now, until: Self.now + 600)
        let token = Fixture.officer.replacing("\"", with: "\\\"")
        let answers = send(#"{"type":"renew","id":"1","token":"\#(token)"}"#, hub, slot)
        #expect(answers.count == 1 && answers[0].hasPrefix(#"{"type":"renewed","id":"1","#))
        let event = try #require(try hub.decodedEvents().last)
        #expect((event.kind, event.disposition) == (.renew, .allow))
        #expect(hub.contents[event.seq] == nil && event.contentHash == nil)
        #expect(hub.subjects[event.seq] != nil)
        #expect(loop.shard.sessions[slot: slot]?.expiresAt == .max)
        #expect(loop.shard.roster == hub.ledger.roster)
    }

    @Test("a session ends with the key of its token, unless it was renewed with another's")
    func withdrawnKey() throws {
        let (hub, loop, slot) = try session(from: Self.now, until: Self.now + 600)
        loop.shard.endSessions(without: [Self.oldKey, Fixture.key])
        #expect(loop.closed.isEmpty, "a key beside it changes nothing")
        let token = Fixture.adult.replacing("\"", with: "\\\"")
        let text = Array(#"{"type":"renew","id":"1","token":"\#(token)"}"#.utf8)
        text.withUnsafeBytes { loop.shard.receive($0, from: slot, at: hub.now) }
        loop.shard.endSessions(without: [Self.oldKey])
        #expect(loop.closed.isEmpty, "a renewal counts once it is durable")
        hub.settle()
        loop.shard.endSessions(without: [Fixture.key])
        #expect(loop.closed.isEmpty)
        loop.shard.endSessions(without: [Self.oldKey])
        #expect(loop.closed == [slot: .tokenRevoked])
    }

    @Test("nobody stays in a channel that the new claims don't open, though the journal is full")
    func unrecorded() throws {
        let talk = try Conversation(shards: 1)
        let vetted = #"{"birthdate":"1990-01-01","vetted":true}"#
        let ann = talk.connect(1, claims: vetted, join: "youth:a")
        let loop = talk.hub.loops[0]
        let token = Fixture.adult.replacing("\"", with: "\\\"")
        talk.send(ann, #"{"type":"renew","id":"1","token":"\#(token)"}"#)
        talk.hub.handOver(loop)
        talk.hub.record()
        talk.hub.isFull = true
        talk.hub.settle()
        #expect(talk.got(ann, "renewed").count == 1)
        #expect(loop.closed == [ann.slot: .recordUnavailable])
        #expect(talk.got(ann, "refused").isEmpty)
    }

    @Test(
        "what waits in a session whose time or key is over is judged no more",
        arguments: [Outcome.expired, .tokenRevoked]
    )
    func over(outcome: Outcome) throws {
        let (hub, loop, slot) = try session(from: Self.now, until: Self.now + 600)
        let join = #"{"type":"join","id":"j","channel":"club:a"}"#
        for text in [join, Conversation.message("late")] {
            Array(text.utf8).withUnsafeBytes { loop.shard.receive($0, from: slot, at: hub.now) }
        }
        if outcome == .expired {
            var later = hub.now
            later.wall += 630_000_000
            loop.shard.endOrTell(slot, at: later)
        } else {
            loop.shard.endSessions(without: [Fixture.key])
        }
        hub.settle()
        #expect(loop.closed == [slot: outcome])
        let kinds = try hub.decodedEvents().map(\.kind)
        #expect(kinds == [.connect, .join], "the join was judged before")
    }

    @Test(
        "what is no token of this member changes nothing, and is not kept",
        arguments: [
            ("\"bad\"", Outcome.tokenInvalid), ("\"other\"", .otherMember), ("7", .badEnvelope),
            ("\"\"", .badEnvelope), ("\"bad\",\"channel\":\"club:a\"", .badEnvelope),
        ]
    )
    func refused(token: String, outcome: Outcome) throws {
        let (hub, loop, slot) = try session(from: Self.now, until: Self.now + 600)
        let before = loop.shard.sessions[slot: slot]?.expiresAt
        let answers = send(#"{"type":"renew","id":"1","token":\#(token)}"#, hub, slot)
        #expect(answers.count == 1 && answers[0].contains("\"code\":\"\(outcome.rawValue)\""))
        let event = try #require(try hub.decodedEvents().last)
        #expect(event.disposition == .block && hub.contents[event.seq] == nil)
        #expect(loop.shard.sessions[slot: slot]?.expiresAt == before)
    }
}
