import AuditLog
import HubCore
import Outcomes
import Testing

/// Members who send faster than the record takes: reading from them stops, then they are refused.
struct OverloadTests {
    private static let full = Shard<SimulatedLoop>.bytesInFlightMax

    /// A request that is recorded with all its bytes, whatever becomes of it.
    private static func large(_ id: Int) -> String {
        let text = String(repeating: "x", count: 600_000)
        return #"{"type":"nothing","id":"\#(id)","text":"\#(text)"}"#
    }

    @Test("who has too much under way is not read from until most of it is recorded")
    func paused() throws {
        let talk = try Conversation(shards: 1)
        let (fast, other) = (talk.connect(1), talk.connect(2))
        for _ in 0..<Session.inFlightMax { talk.send(fast, "{}") }
        #expect(talk.hub.loops[0].reading[fast.slot] == false)
        #expect(talk.hub.loops[0].reading[other.slot] == nil, "nobody else")
        #expect(talk.hub.loops[0].shard.counters.pauses == 1)
        talk.hub.settle()
        #expect(talk.hub.loops[0].reading[fast.slot] == true)
        #expect(talk.got(fast, "refused").count == Session.inFlightMax, "all were answered")
    }

    @Test("past a shard's bound requests are refused as busy, and nothing of them is kept")
    func busy() throws {
        let talk = try Conversation(shards: 2)
        let (fast, other) = (talk.connect(1), talk.connect(2, on: 1))
        let shard = try #require(talk.hub.loops[0].shard)
        let before = talk.hub.journal.count
        var sent = 0
        while talk.got(fast, "refused").isEmpty, sent < 1000 {
            talk.send(fast, Self.large(sent))
            sent += 1
            if sent.isMultiple(of: 8) { talk.hub.handOver(talk.hub.loops[0]) }
        }
        let refused = try #require(talk.got(fast, "refused").first)
        #expect(refused.contains(#""id":"\#(sent - 1)","code":"busy""#))
        #expect(refused.contains(#""decision":null,"retry_after_ms":1000"#))
        #expect(shard.counters.refusals == [.busy: 1])
        let held = shard.bytesInFlight + shard.batch.bytes.count
        #expect(held > Self.full && held < Self.full + 2_000_000)
        // A handshake is told the same, another shard's member notices nothing.
        let arrival = Fixture.arrival(UUID16(high: 1, low: 3))
        #expect(shard.refusal(of: arrival, at: talk.hub.now) == .busy)
        talk.send(other, Conversation.message("still here"))
        talk.hub.settle()
        #expect(talk.got(other, "ack").last?.contains(#""status":"delivered""#) == true)
        #expect(talk.hub.journal.count == before + sent - 1 + 1, "the refused one left no event")
        // With room it goes on.
        #expect(shard.bytesInFlight == 0)
        #expect(talk.say(fast, "and on").contains { $0.contains(#""status":"delivered""#) })
    }

    @Test("what the recorder takes no more is refused, to members and to operators")
    func ended() throws {
        let talk = try Conversation(shards: 1)
        let ann = talk.connect(1)
        let shard = try #require(talk.hub.loops[0].shard)
        talk.send(ann, Conversation.message("too late"))
        talk.hub.operate(.freeze, .freeze(.freeze), "club:a")
        let batch = try #require(shard.takeBatch())
        shard.handedOver(batch)
        shard.refuse(batch, at: talk.hub.now)
        #expect(shard.bytesInFlight == 0)
        let refused = talk.got(ann, "refused")
        #expect(refused.count == 1 && refused[0].contains(#""id":"m","code":"record_unavailable""#))
        #expect(talk.hub.loops[0].refusals == [talk.hub.ticket: .recordUnavailable])
        #expect(shard.sessions[slot: ann.slot]?.inFlight == 0)
        #expect(shard.openChannels(at: talk.hub.now).first?.isFrozen == false)
    }

    @Test("what waits to be judged again counts, too, until it has gone on or its member has")
    func waiting() throws {
        let talk = try Conversation(shards: 1)
        let (fast, moody) = (talk.connect(1), talk.connect(2))
        let shard = try #require(talk.hub.loops[0].shard)
        for member in [fast, moody] {
            // The mute of now makes the message of before stale; more comes before anyone knows.
            talk.send(member, Conversation.message("hello"))
            shard.proposeSanction(.mute, subject: member.subject, until: nil, at: talk.hub.now)
            talk.hub.handOver(talk.hub.loops[0])
            talk.send(member, Conversation.message("stale"))
            talk.hub.handOver(talk.hub.loops[0])
            talk.send(member, "{}")
        }
        talk.hub.record()
        while !talk.hub.loops[0].arrivals.isEmpty { talk.hub.apply(talk.hub.loops[0]) }
        #expect(shard.bytesWaiting > 0)
        shard.disconnected(moody.slot, outcome: .goingAway, at: talk.hub.now)
        talk.hub.settle()
        #expect(shard.bytesWaiting == 0)
        #expect(talk.got(fast, "refused").contains { $0.contains(#""code":"muted""#) })
    }
}
