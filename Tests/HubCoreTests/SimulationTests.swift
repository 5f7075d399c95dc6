import AuditLog
import Foundation
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("The hub under seeded interleavings")
struct SimulationTests {
    /// What members say; each word has its rule.
    private static let words = [
        "hello", "darn", "call me", "call me", "call me", "whatever", "hopeless",
    ]
    /// The last member is a child without a channel of its own, who comes and goes; nobody else is.
    static let child = 6
    static let reader = 40
    /// Interleavings that are tried: as many as `TOUCHLINE_SIMULATION_SEEDS` says, or from its first to
    /// its last (`230-230` for one that failed); 40 unless it is set.
    private static let seeds: ClosedRange<Int> = {
        let asked = ProcessInfo.processInfo.environment["TOUCHLINE_SIMULATION_SEEDS"] ?? ""
        let numbers = asked.split(separator: "-").compactMap { Int($0) }
        if numbers.count == 2, numbers[0] <= numbers[1] { return numbers[0]...numbers[1] }
        return 0...max(0, (numbers.first ?? 40) - 1)
    }()
    /// The same rules twice, as two bundles.
    private static let bundles = Result {
        (try Fixture.bundle(), try Fixture.bundle((old: "name: test", new: "name: test again")))
    }

    @Test(
        "order, sanctions, rosters and state hold whatever the interleaving",
        arguments: seeds
    )
    func interleavings(seed: Int) throws {
        let (bundle, another) = try Self.bundles.get()
        let hub = SimulatedHub(
            seed: UInt64(seed),
            shards: 1 + seed % 3,
            bundle: bundle,
            another: another,
            // All, some, or nothing of what was said stays in memory.
            recentBytesMax: [1 << 20, 8_000, 0][seed / 3 % 3]
        )
        var watchers = 0
        var cut: [Int: Cut] = [:]
        for round in 0..<3 {
            var members = (0...Self.child).map { index in
                cut[index].map { comeBack(index, after: $0, hub) } ?? connect(index, to: hub)
            }
            // What a round has closed, the next begins with and then opens, so that there is talk.
            for _ in 0..<40 { step(hub, &members) }
            for channel in SimulatedHub.channels {
                hub.operate(.unfreeze, .freeze(.unfreeze), channel)
                hub.operate(.slow, .slow(seconds: nil), channel)
            }
            for _ in 0..<360 { step(hub, &members) }
            if members[Self.child].isAway { comeOrGo(&members[Self.child], hub) }
            try checkDeliveries(hub)
            try checkHistory(hub, members)
            watchers += try checkPresence(hub)
            try checkReplays(hub)
            checkTokens(hub)
            guard round < 2 else { break }
            cut = [:]
            for index in 0..<Self.child where index % 2 == 0 {
                cut[index] = Cut(members[index], hub)
            }
            try hub.restart()
        }
        // Nearly all runs end with somebody who watches; this one does.
        #expect(hub.seed > 0 || watchers > 0)
        #expect(hub.replays > 0)
        hub.settle()
        try checkDeliveries(hub)
        try checkReplays(hub)
        let found = try checkLog(hub)
        #expect(found.contains("call me") || found.contains("call me held"))
        for loop in hub.loops {
            #expect(loop.shard.standing == hub.ledger.standing)
            #expect(loop.shard.roster == hub.ledger.roster)
            #expect(loop.shard.settings == hub.ledger.settings)
            #expect(loop.shard.slowMode == hub.ledger.slowMode)
        }
    }

    /// Connects a member, who joins both channels unless it goes on where it was.
    func connect(_ number: Int, to hub: SimulatedHub, joins: Bool = true) -> Member {
        hub.settle()
        let index = Int.random(in: 0..<hub.loops.count, using: &hub.random)
        let loop = hub.loops[index]
        let subject = UUID16(high: 0x8000, low: UInt64(number / 2))
        letIn(subject, hub)
        // Who comes back has a token that was issued after all that happened.
        hub.clock = max(hub.clock, hub.ledger.lastAt) + 1_000_001
        let claims = number == Self.child ? #"{"birthdate":"2013-01-01"}"# : Fixture.adult
        let arrival = arrival(subject, claims, hub)
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
        let welcome = loop.shard.open(arrival, id: id, slot: slot, pingIntervalMs: 1000)
        loop.welcomes[slot] = String(decoding: welcome, as: UTF8.self)
        let member = Member(loop: index, slot: slot, subject: subject)
        for channel in SimulatedHub.channels where joins {
            send("{\"type\":\"join\",\"id\":\"j\",\"channel\":\"\(channel)\"}", member, hub)
        }
        return member
    }

    /// One whose claims tell when the token was issued.
    private func arrival(_ subject: UUID16, _ claims: String, _ hub: SimulatedHub) -> Arrival {
        let issuedAt = hub.now.unixSeconds
        return Fixture.arrival(
            subject,
            claims: claims.dropLast() + ",\"iat\":\(issuedAt)}",
            issuedAt: issuedAt,
            id: hub.nextTokenID(),
            key: hub.keys.last!
        )
    }

    /// Somebody knocks with a token of this second, and waits for no answer.
    private func knock(_ subject: UUID16, _ hub: SimulatedHub, _ loop: SimulatedLoop) {
        hub.ticket += 1
        let arrival = arrival(subject, Fixture.adult, hub)
        if let outcome = loop.shard.refusal(of: arrival, at: hub.now) {
            loop.shard.proposeRefusal(
                outcome,
                stage: .limits,
                bearer: (subject, arrival.token),
                connection: arrival.connection,
                ticket: hub.ticket,
                at: hub.now
            )
        } else {
            _ = loop.shard.proposeConnect(
                arrival,
                verdict: .allowed,
                ticket: hub.ticket,
                at: hub.now
            )
        }
    }

    private func step(_ hub: SimulatedHub, _ members: inout [Member]) {
        hub.clock += Int64.random(in: -50...2_000, using: &hub.random)
        let loop = hub.loops.randomElement(using: &hub.random)!
        switch Int.random(in: 0..<252, using: &hub.random) {
        case 0..<90:
            let index = Int.random(in: 0..<members.count, using: &hub.random)
            if Int.random(in: 0..<4, using: &hub.random) == 0 {
                change(members[index], hub)
            } else {
                speak(index, &members, hub)
            }
        case 90..<98:
            let subject = members.randomElement(using: &hub.random)!.subject
            let kind: EventKind = Bool.random(using: &hub.random) ? .mute : .unmute
            loop.shard.proposeSanction(kind, subject: subject, until: nil, at: hub.now)
        case 98:
            // Past a rule's mute, and sometimes past the strikes. No verdict takes hours to be recorded.
            hub.settle()
            hub.clock += [1, 1, 1, 100].randomElement(using: &hub.random)! * 3_600_000_000
        case 99..<115: comeOrGo(&members[Self.child], hub)
        case 115..<118:
            let index = Int.random(in: 0..<members.count, using: &hub.random)
            hub.loops[members[index].loop].cut(members[index].slot, at: hub.now)
            members[index] = connect(index, to: hub)
        case 118..<122:
            // Claims change under everyone; the child's don't, for what is held rests on them.
            let index = Int.random(in: 0..<Self.child, using: &hub.random)
            let token = [Fixture.adult, Fixture.officer, Fixture.moderator, "bad", "other"]
                .randomElement(using: &hub.random)!
                .replacing("\"", with: "\\\"")
            send("{\"type\":\"renew\",\"id\":\"n\",\"token\":\"\(token)\"}", members[index], hub)
        case 122..<124:
            // Forgotten, with all that is on its way; they go on speaking until they come back.
            let subject = members[Int.random(in: 0..<Self.child, using: &hub.random)].subject
            let erasure = Keeping(
                kind: .erase,
                subject: subject,
                channel: nil,
                refers: nil,
                detail: "{}",
                reason: "{}"
            )
            loop.shard.propose(erasure, at: hub.now)
        case 124..<128: knock(members[0].subject, hub, loop)
        case 128..<145: hub.handOver(loop)
        case 145..<165: hub.record()
        case 165..<168:
            let channel = SimulatedHub.channels.randomElement(using: &hub.random)!
            let member = members.randomElement(using: &hub.random)!
            send("{\"type\":\"history\",\"id\":\"h\",\"channel\":\"\(channel)\"}", member, hub)
        case 168..<171:
            hub.shipped = Int64.random(in: hub.shipped...hub.ledger.lastSeq, using: &hub.random)
        case 171..<175: hub.answer(loop)
        case 200..<208: operate(hub, members)
        case 208..<217: comeBack(members.randomElement(using: &hub.random)!, hub)
        case 217..<220:
            hub.settle()
            hub.clock += 400_000
        case 220..<228:
            let channel = SimulatedHub.channels.randomElement(using: &hub.random)!
            let isOn = Int.random(in: 0..<4, using: &hub.random) > 0
            send(
                "{\"type\":\"presence\",\"id\":\"p\",\"channel\":\"\(channel)\",\"on\":\(isOn)}",
                members.randomElement(using: &hub.random)!,
                hub
            )
        case 228..<231: loop.shard.tellPresence(part: 0, of: 1)
        case 231..<238: goOn(Int.random(in: 0..<Self.child, using: &hub.random), &members, hub)
        case 238: hub.changeKeys()
        case 239..<242: endWithoutKey(loop, &members, hub)
        case 242..<252: intervene(&members, hub)
        default: hub.apply(loop)
        }
    }

    /// Somebody who runs the hub sets something for a channel, or for a grown-up in one.
    private func operate(_ hub: SimulatedHub, _ members: [Member]) {
        let channel = SimulatedHub.channels.randomElement(using: &hub.random)!
        let subject = members.dropLast().randomElement(using: &hub.random)!.subject
        let ghost = UUID16(high: 0x9000, low: UInt64.random(in: 0..<2, using: &hub.random))
        let until = hub.clock + Int64.random(in: 1_000...1_000_000, using: &hub.random)
        let loop = Int.random(in: 0..<hub.loops.count, using: &hub.random)
        switch Int.random(in: 0..<20, using: &hub.random) {
        case 0..<3:
            hub.operate(.impose, .sanction(.ban, until: until), channel, subject: subject, on: loop)
        case 3..<5:
            hub.operate(.lift, .sanction(.unban, until: nil), channel, subject: subject, on: loop)
        case 5:
            hub.operate(.impose, .sanction(.mute, until: nil), channel, subject: subject, on: loop)
        case 6..<8:
            hub.operate(.lift, .sanction(.unmute, until: nil), channel, subject: subject, on: loop)
        case 8: hub.operate(.freeze, .freeze(.freeze), channel, on: loop)
        case 9..<13: hub.operate(.unfreeze, .freeze(.unfreeze), channel, on: loop)
        case 13..<16:
            let seconds = [1, 0, nil].randomElement(using: &hub.random)!
            hub.operate(.slow, .slow(seconds: seconds), channel, on: loop)
        case 16..<18: hub.operate(.enrol, .enrolment(.enrol), channel, subject: ghost, on: loop)
        default: hub.operate(.withdraw, .enrolment(.withdraw), channel, subject: ghost, on: loop)
        }
    }

    /// Joins again wherever it was taken out.
    private func comeBack(_ member: Member, _ hub: SimulatedHub) {
        hub.settle()
        let loop = hub.loops[member.loop]
        guard let session = loop.shard.sessions[slot: member.slot] else { return }
        for channel in SimulatedHub.channels
        where !session.channels.contains(where: { $0.name == channel }) {
            if member.isAway, channel == "club:a" { continue }
            loop.sent[member.slot] = nil
            send("{\"type\":\"join\",\"id\":\"b\",\"channel\":\"\(channel)\"}", member, hub)
        }
    }

    /// Leaves one channel for all to see, or joins it while others speak.
    private func comeOrGo(_ member: inout Member, _ hub: SimulatedHub) {
        let word = member.isAway ? "join" : "leave"
        if member.isAway {
            hub.settle()
            hub.loops[member.loop].sent[member.slot] = nil
        }
        send("{\"type\":\"\(word)\",\"id\":\"c\",\"channel\":\"club:a\"}", member, hub)
        member.isAway.toggle()
    }

    private func speak(_ index: Int, _ members: inout [Member], _ hub: SimulatedHub) {
        let channel = SimulatedHub.channels.randomElement(using: &hub.random)!
        let number = members[index].next
        members[index].next += 1
        let key =
            Bool.random(using: &hub.random)
            ? ",\"key\":\"00000000-0000-4000-8000-\(String(100_000_000_000 + number % 7))\""
            : ""
        let word = Self.words.randomElement(using: &hub.random)!
        send(
            "{\"type\":\"message\",\"id\":\"\(number)\",\"channel\":\"\(channel)\"\(key),"
                + "\"body\":{\"text\":\"\(word) m\(index)-\(number)\"}}",
            members[index],
            hub
        )
    }

    /// Edits or deletes some message, of this run or of one before; often it is another's, or gone.
    private func change(_ member: Member, _ hub: SimulatedHub) {
        let channel = SimulatedHub.channels.randomElement(using: &hub.random)!
        let epoch = Int32.random(in: 1...hub.epoch, using: &hub.random)
        let number = Int.random(in: 1...12, using: &hub.random)
        let isEdit = Bool.random(using: &hub.random)
        let word = Self.words.randomElement(using: &hub.random)!
        send(
            "{\"type\":\"\(isEdit ? "edit" : "delete")\",\"id\":\"e\",\"channel\":\"\(channel)\","
                + "\"epoch\":\(epoch),\"seq\":\(number)"
                + (isEdit ? ",\"body\":{\"text\":\"\(word) edit\"}}" : "}"),
            member,
            hub
        )
    }
}
