import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

/// One member's connection in a simulation.
private struct Member {
    let loop: Int
    let slot: Int
    let subject: UUID16
    var next = 0
}

@Suite("The hub under seeded interleavings")
struct SimulationTests {
    @Test("order, mutes and state hold whatever the interleaving", arguments: 0..<60)
    func interleavings(seed: Int) throws {
        let hub = SimulatedHub(
            seed: UInt64(seed),
            shards: 1 + seed % 3,
            bundle: try Fixture.bundle()
        )
        var members: [Member] = []
        for round in 0..<3 {
            members = connect(6, to: hub)
            for _ in 0..<400 { step(hub, &members) }
            try checkDeliveries(hub)
            if round < 2 { try hub.restart() }
        }
        hub.settle()
        try checkDeliveries(hub)
        try checkLog(hub)
        for loop in hub.loops {
            #expect(loop.shard.standing == hub.ledger.standing)
            #expect(loop.shard.roster == hub.ledger.roster)
        }
    }

    private func connect(_ count: Int, to hub: SimulatedHub) -> [Member] {
        var members: [Member] = []
        for number in 0..<count {
            let index = Int.random(in: 0..<hub.loops.count, using: &hub.random)
            let loop = hub.loops[index]
            let subject = UUID16(high: 0x8000, low: UInt64(number / 2))
            let arrival = Fixture.arrival(subject)
            hub.ticket += 1
            let id = loop.shard.proposeConnect(
                arrival,
                verdict: .allowed,
                ticket: hub.ticket,
                at: hub.now
            )
            hub.settle()
            #expect(loop.recordedTickets[hub.ticket] != nil)
            let slot = loop.shard.reserveSlot()
            _ = loop.shard.open(arrival, id: id, slot: slot, pingIntervalMs: 1000)
            members.append(Member(loop: index, slot: slot, subject: subject))
            for channel in SimulatedHub.channels {
                send(
                    "{\"type\":\"join\",\"id\":\"j\",\"channel\":\"\(channel)\"}",
                    members[number],
                    hub
                )
            }
            hub.settle()
        }
        return members
    }

    private func step(_ hub: SimulatedHub, _ members: inout [Member]) {
        hub.clock += Int64.random(in: -50...2_000, using: &hub.random)
        let loop = hub.loops.randomElement(using: &hub.random)!
        switch Int.random(in: 0..<20, using: &hub.random) {
        case 0..<9:
            let index = Int.random(in: 0..<members.count, using: &hub.random)
            let channel = SimulatedHub.channels.randomElement(using: &hub.random)!
            let number = members[index].next
            members[index].next += 1
            let key =
                Bool.random(using: &hub.random)
                ? ",\"key\":\"00000000-0000-4000-8000-\(String(100_000_000_000 + number % 7))\""
                : ""
            send(
                "{\"type\":\"message\",\"id\":\"\(number)\",\"channel\":\"\(channel)\"\(key),"
                    + "\"body\":{\"text\":\"m\(index)-\(number)\"}}",
                members[index],
                hub
            )
        case 9:
            let subject = members.randomElement(using: &hub.random)!.subject
            let kind: EventKind = Bool.random(using: &hub.random) ? .mute : .unmute
            loop.shard.proposeSanction(kind, subject: subject, until: nil, at: hub.now)
        case 10..<14: hub.handOver(loop)
        case 14..<16: hub.record()
        default: hub.apply(loop)
        }
    }

    private func send(_ text: String, _ member: Member, _ hub: SimulatedHub) {
        Array(text.utf8).withUnsafeBytes {
            hub.loops[member.loop].shard.receive($0, from: member.slot, at: hub.now)
        }
    }

    /// Every member of a channel got the same messages in the same order, without a gap.
    private func checkDeliveries(_ hub: SimulatedHub) throws {
        hub.settle()
        for channel in SimulatedHub.channels {
            var longest: [String] = []
            var all: [[String]] = []
            for loop in hub.loops {
                for (_, frames) in loop.sent {
                    let own = frames.filter {
                        $0.hasPrefix("{\"type\":\"message\",\"channel\":\"\(channel)\"")
                    }
                    let numbers = own.map {
                        Int64($0.split(separator: "\"seq\":")[1].prefix { $0.isNumber })!
                    }
                    for (previous, next) in zip(numbers, numbers.dropFirst()) {
                        #expect(next == previous + 1)
                    }
                    all.append(own)
                    if own.count > longest.count { longest = own }
                }
            }
            for own in all { #expect(own == Array(longest.suffix(own.count))) }
        }
    }

    /// `seq` has no gap, time never goes back, nothing of a muted sender is delivered, and the
    /// state rebuilt from the events is the ledger's.
    private func checkLog(_ hub: SimulatedHub) throws {
        var standing = Standing()
        var lastAt = Int64.min
        var messages: Set<UUID16> = []
        let events = try hub.decodedEvents()
        for (index, event) in events.enumerated() {
            #expect(event.seq == Int64(index + 1))
            #expect(event.at >= lastAt)
            lastAt = event.at
            if event.kind == .message, event.disposition <= .redact, let subject = event.subject {
                #expect(standing[subject].mutedUntil == 0)
                #expect(messages.insert(try #require(event.message)).inserted)
            }
            _ = standing.apply(
                event.kind,
                event.disposition,
                subject: event.subject,
                until: try hub.number("until", in: event)
            )
        }
        let (rebuilt, roster) = try hub.state(of: events)
        #expect(rebuilt == hub.ledger.standing)
        #expect(roster == hub.ledger.roster)
        #expect(messages.count > 20)
    }
}
