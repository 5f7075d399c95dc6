import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("What follows from a verdict")
struct ConsequencesTests {
    private let hub: SimulatedHub
    private let subject = UUID16(high: 0x8000, low: 1)

    init() throws {
        hub = SimulatedHub(seed: 1, shards: 2, bundle: try Fixture.bundle())
    }

    /// A connection of the member on a shard, whose connection rules came to this verdict.
    private func connect(_ loop: Int, _ verdict: Verdict = .allowed) -> Int {
        let shard = hub.loops[loop].shard!
        let arrival = Fixture.arrival(subject)
        let id = shard.proposeConnect(arrival, verdict: verdict, ticket: 1, at: hub.now)
        let slot = shard.reserveSlot()
        _ = shard.open(arrival, id: id, slot: slot, pingIntervalMs: 1000)
        hub.settle()
        return slot
    }

    private func verdict(_ effects: [Effect]) -> Verdict {
        var verdict = Verdict()
        verdict.rules = ["odd-hours"]
        verdict.score = 7
        verdict.effects = effects
        return verdict
    }

    @Test("sanctions by rule are events behind the item's own, and refer to it")
    func sanctions() throws {
        _ = connect(
            0,
            verdict([
                .strike(rule: "odd-hours", count: 2), .mute(seconds: 60), .mute(seconds: 600),
                .flag("safeguarding"), .label("night"), .notify("officer"), .tell("Mind the hour."),
            ])
        )
        let events = try hub.decodedEvents()
        #expect(events.map(\.kind) == [.connect, .strike, .mute])
        #expect(events[0].score == 7 && events[0].rules == ["odd-hours"])
        #expect(
            events[0].detail
                == #"{"flags":["safeguarding"],"labels":["night"],"notify":["officer"],"told":1}"#
        )
        for event in events.dropFirst() {
            #expect(event.refersLog == 1 && event.refersSeq == 1 && event.subject == subject)
            #expect(event.rules == ["odd-hours"])
        }
        #expect(events[1].detail == #"{"by":"rule","count":2}"#)
        let until = hub.now.wall + 600_000_000
        #expect(events[2].detail == #"{"by":"rule","until":\#(until)}"#)
        for loop in hub.loops {
            #expect(loop.shard.standing[subject].mutedUntil == until)
            #expect(
                loop.shard.standing[subject].strikes
                    == [Strike(rule: "odd-hours", at: events[1].at, count: 2)]
            )
        }
    }

    @Test("a ban by rule is provisional, and ends the member's connections on every shard")
    func ban() throws {
        let first = connect(0)
        let second = connect(1, verdict([.ban(seconds: 3600)]))
        #expect(hub.loops[0].closed[first] == .banned && hub.loops[1].closed[second] == .banned)
        let ban = try #require(try hub.decodedEvents().last)
        let until = hub.now.wall + 3_600_000_000
        #expect(ban.kind == .ban)
        #expect(ban.detail == #"{"by":"rule","until":\#(until),"provisional":true}"#)
        let arrival = Fixture.arrival(subject)
        #expect(hub.loops[0].shard.refusal(of: arrival, at: hub.now) == .banned)
    }

    @Test("a rule never shortens a sanction that is in force")
    func longer() throws {
        hub.loops[0].shard.proposeSanction(.mute, subject: subject, until: nil, at: hub.now)
        hub.settle()
        _ = connect(1, verdict([.mute(seconds: 60)]))
        #expect(try hub.decodedEvents().map(\.kind) == [.mute, .connect])
        #expect(hub.ledger.standing[subject].mutedUntil == .max)
    }

    @Test("a refused handshake has consequences too")
    func refused() throws {
        var verdict = verdict([.strike(rule: "odd-hours", count: 1)])
        verdict.disposition = .block
        hub.loops[0].shard.proposeRefusal(
            .connectionRefused,
            stage: .connectRules,
            bearer: (subject, TokenMark(id: nil, issuedAt: nil, key: Fixture.key)),
            connection: [],
            verdict: verdict,
            ticket: 1,
            at: hub.now
        )
        hub.settle()
        let events = try hub.decodedEvents()
        #expect(events.map(\.kind) == [.connect, .strike] && events[1].refersSeq == 1)
        #expect(events[0].detail == #"{"code":"connection_refused"}"#)
    }

    @Test("findings are recorded by rule and place, and no more of them than a row takes")
    func findings() throws {
        var verdict = verdict([])
        verdict.failedRules = ["broken"]
        let long = String(repeating: "x", count: 40)
        verdict.effects = (0..<2_000).map { .label("label-\($0)-\(long)") }
        _ = connect(0, verdict)
        let event = try hub.decodedEvents()[0]
        #expect(event.validate() == nil)
        let size = event.detail.utf8.count
        let tellsFailed = event.detail.contains(#""failed":["broken"]"#)
        #expect(size > 8_000 && tellsFailed)
        #expect(try #require(try hub.number("left_out", in: event)) > 1_700)
    }
}
