import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("Names of channels in the record")
struct RecordedNamesTests {
    private let hub: SimulatedHub
    private let slot: Int

    init() throws {
        hub = SimulatedHub(seed: 1, shards: 1, bundle: try Fixture.bundle())
        let shard = try #require(hub.loops[0].shard)
        let arrival = Fixture.arrival(UUID16(high: 0x8000, low: 1))
        let id = shard.proposeConnect(arrival, verdict: .allowed, ticket: 1, at: hub.now)
        hub.settle()
        slot = shard.reserveSlot()
        _ = shard.open(arrival, id: id, slot: slot, pingIntervalMs: 1000)
    }

    /// Sends a text and returns the event that it became.
    private func event(_ text: String) throws -> Event {
        let before = hub.journal.count
        Array(text.utf8).withUnsafeBytes {
            hub.loops[0].shard.receive($0, from: slot, at: hub.now)
        }
        hub.settle()
        try #require(hub.journal.count == before + 1)
        return try #require(try hub.decodedEvents().last)
    }

    @Test(
        "a name that is no channel of the member's stays out of the event",
        arguments: [
            (#"{"type":"join","id":"1","channel":"Zoe Maple, 7 Lane"}"#, EventKind.join),
            (#"{"type":"leave","id":"1","channel":"Zoe Maple, 7 Lane"}"#, .leave),
            (#"{"type":"leave","id":"1","channel":"club:zoe-maple"}"#, .leave),
            (
                #"{"type":"message","id":"1","channel":"club:zoe-maple","body":{"text":"hi"}}"#,
                .message
            ),
        ]
    )
    func strangeNames(text: String, kind: EventKind) throws {
        let event = try event(text)
        #expect(event.kind == kind && event.disposition == .block)
        #expect(event.channel == nil && event.channelEpoch == nil && event.channelSeq == nil)
    }

    @Test("a refusal in a channel of the member's names it")
    func ownChannel() throws {
        let joined = try event(#"{"type":"join","id":"1","channel":"club:a"}"#)
        #expect(joined.disposition == .allow && joined.channel == "club:a")
        for text in [
            #"{"type":"join","id":"2","channel":"club:a"}"#,
            #"{"type":"message","id":"3","channel":"club:a","body":{}}"#,
            #"{"type":"message","id":"4","channel":"club:a","body":{"text":"poison"}}"#,
        ] {
            let refused = try event(text)
            #expect(refused.disposition == .block)
            #expect(refused.channel == "club:a" && refused.channelEpoch == 1)
        }
        let left = try event(#"{"type":"leave","id":"5","channel":"club:a"}"#)
        #expect(left.disposition == .allow && left.channel == "club:a")
    }
}
