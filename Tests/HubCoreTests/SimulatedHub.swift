import AuditLog
import Crypto
import Foundation
import HubCore
import Outcomes
import PolicyEngine
import Testing

/// A seeded generator (SplitMix64), so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// One shard's event loop, by hand: what the shard puts out is kept for the test to look at.
final class SimulatedLoop: ShardOutput {
    var shard: Shard<SimulatedLoop>!
    /// Text of each frame sent, by slot.
    var sent: [Int: [String]] = [:]
    var closed: [Int: Outcome] = [:]
    var recordedTickets: [Int: Decision] = [:]
    var staleTickets: Set<Int> = []
    /// Why operators' calls came to nothing.
    var refusals: [Int: Outcome] = [:]
    /// What each slot was last told.
    var reading: [Int: Bool] = [:]
    var arrivals: [RecordedGroup] = []
    /// What clients know of who is in channels, by slot.
    var views: [Int: PresenceView] = [:]
    /// What sessions began with, by slot.
    var welcomes: [Int: String] = [:]
    /// The key that verifies tokens now.
    var key = Fixture.key

    /// The connection of a slot is gone. A slot is used again: what it got belongs to this one.
    func cut(_ slot: Int, _ outcome: Outcome = .goingAway, at now: Instant) {
        shard.disconnected(slot, outcome: outcome, at: now)
        sent[slot] = nil
        views[slot] = nil
        closed[slot] = nil
        welcomes[slot] = nil
    }

    func send(_ frame: UnsafeRawBufferPointer, to slot: Int) {
        // Server frames: two bytes of header, and two or eight more for longer payloads.
        let header = frame[1] == 126 ? 4 : frame[1] == 127 ? 10 : 2
        let text = String(decoding: frame[header...], as: UTF8.self)
        sent[slot, default: []].append(text)
        if text.hasPrefix(#"{"type":"presence""#) {
            views[slot, default: PresenceView()].take(text)
        }
    }

    func sendText(_ text: [UInt8], to slot: Int) {
        sent[slot, default: []].append(String(decoding: text, as: UTF8.self))
    }

    func close(_ slot: Int, _ outcome: Outcome) { closed[slot] = outcome }

    func handshakeRecorded(ticket: Int, decision: Decision?, outcome: Outcome?) {
        if let decision { recordedTickets[ticket] = decision } else { staleTickets.insert(ticket) }
        if let outcome { refusals[ticket] = outcome }
    }

    /// In a simulation a token is the claims themselves; the one `other` is another member's.
    func arrival(
        bearing token: String,
        to session: Session,
        at now: Instant
    ) -> Result<Arrival, CallRefused> {
        switch token {
        case "bad": .failure(CallRefused(.tokenInvalid))
        case "other": .success(Fixture.arrival(UUID16(high: .max, low: .max)))
        default:
            .success(
                Fixture.arrival(
                    session.subject,
                    claims: token,
                    name: token == Fixture.officer ? "Olive" : "Ann",
                    issuedAt: now.unixSeconds,
                    key: key
                )
            )
        }
    }

    /// What the record was asked and has not answered.
    var questions: [(question: PastQuestion, session: UUID16, slot: Int)] = []

    func ask(_ question: PastQuestion, for session: UUID16, in slot: Int) {
        questions.append((question, session, slot))
    }

    func laneFilled() {}
    func setReading(_ reading: Bool, of slot: Int) { self.reading[slot] = reading }
}

/// Real shards and a real ledger under a scheduler that interleaves them at random; disk and
/// sockets are the only parts missing.
final class SimulatedHub {
    static let channels = ["club:a", "club:demo:adults"]
    private let rates = RateCounters()
    private let accounts = Accounts(RateLimits())
    /// What the memory of recent messages may take.
    private let recentBytesMax: Int
    private(set) var recent: RecentMessages
    let seed: UInt64
    var random: SeededGenerator
    var loops: [SimulatedLoop] = []
    var ledger: Ledger
    var lanes: [Batch] = []
    /// Tuples of all durable events, in the order of the journal.
    var journal: [[UInt8]] = []
    private var decoded: [Event] = []
    /// Tuples of the subjects that came with them, by `seq`.
    var subjects: [Int64: [UInt8]] = [:]
    /// The content of the events, by `seq`.
    var contents: [Int64: [ContentPart]] = [:]
    var clock: Int64 = 800_000_000_000_000
    var epoch: Int32 = 1
    var ticket = 0
    /// The bundles that may be in force, the first one at the start.
    let bundles: [PolicyEngine.Bundle]
    /// The one that is in force when all is quiet.
    private(set) var bundle: PolicyEngine.Bundle
    private var tokens: UInt64 = 0

    init(
        seed: UInt64,
        shards: Int,
        bundle: PolicyEngine.Bundle,
        another: PolicyEngine.Bundle? = nil,
        recentBytesMax: Int = 1 << 20
    ) {
        self.recentBytesMax = recentBytesMax
        self.seed = seed
        random = SeededGenerator(state: seed)
        self.bundle = bundle
        bundles = [bundle] + (another.map { [$0] } ?? [])
        recent = RecentMessages(epoch: 1, bytesMax: recentBytesMax, through: 0)
        ledger = Ledger(
            log: 1,
            epoch: 1,
            lastSeq: 0,
            lastAt: 0,
            standing: Standing(),
            roster: Roster(bundle.members),
            settings: ChannelSettings(),
            keyed: KeyedOutcomes()
        )
        makeLoops(shards, HubState(bundle))
    }

    var now: Instant { Instant(wall: clock, monotonicNs: UInt64(clock) * 1000) }

    private func makeLoops(_ count: Int, _ state: HubState) {
        loops = (0..<count).map { index in
            let loop = SimulatedLoop()
            var own = SeededGenerator(state: random.next())
            loop.shard = Shard(
                index: index,
                log: 1,
                epoch: epoch,
                bundle: bundle,
                rates: rates,
                recent: recent,
                seal: ResumeSeal(derivedFrom: SymmetricKey(data: [UInt8](repeating: 7, count: 32))),
                accounts: accounts,
                standing: state.standing,
                roster: state.roster,
                settings: state.settings,
                entropy: Entropy { pool in
                    for place in pool.indices {
                        pool[place] = UInt8(truncatingIfNeeded: own.next())
                    }
                },
                ticks: { 0 },
                output: loop
            )
            loop.key = keys.last!
            return loop
        }
    }

    /// The newest event that the record has: the shipper is behind, as it is.
    var shipped: Int64 = 0
    /// Whether the record has everything once all is quiet.
    var shipsAtOnce = true
    /// Whether the record can't be asked.
    var isAway = false
    /// Whether the journal is full but for last events.
    var isFull = false
    /// The sessions that asked for what they missed in a channel, and behind which place.
    var resumptions: [(session: UUID16, channel: String, after: Place)] = []
    /// How many of them were seen to have got it.
    var replays = 0
    /// The marks of the keys that count; the last one signs.
    private(set) var keys = [Fixture.key]

    /// An issuer brings a new key, or withdraws the old one.
    func changeKeys() {
        if keys.count == 1 {
            keys.append(UUID16(high: 7, low: keys[0].low + 1))
        } else {
            keys.removeFirst()
        }
        for loop in loops { loop.key = keys.last! }
    }

    /// What the next token is known by.
    func nextTokenID() -> UUID16 {
        tokens += 1
        return UUID16(high: 6, low: tokens)
    }

    /// The lane of a shard goes to the recorder.
    func handOver(_ loop: SimulatedLoop) {
        guard let batch = loop.shard.takeBatch() else { return }
        loop.shard.handedOver(batch)
        lanes.append(batch)
    }

    /// The recorder takes all lanes, orders, "syncs" and hands the group to every shard.
    func record() {
        guard !lanes.isEmpty else { return }
        let batches = lanes
        lanes = []
        for batch in batches {
            for index in batch.proposals.indices {
                if isFull, !batch.proposals[index].kind.isLast {
                    ledger.leaveOut(&batch.proposals[index])
                    continue
                }
                ledger.admit(&batch.proposals[index], now: clock)
                guard
                    case .recorded(let seq, let at, let channelSeq) =
                        batch.proposals[index].ruling
                else { continue }
                batch.stamp(batch.proposals[index], seq: seq, at: at, channelSeq: channelSeq)
                journal.append(Array(batch.bytes[batch.proposals[index].event]))
                for content in batch.proposals[index].contents {
                    let row = Array(batch.bytes[content])
                    guard let part = try? row.withUnsafeBytes({ try ContentRow(decoding: $0) })
                    else { preconditionFailure("a shard encodes content as rows") }
                    contents[seq, default: []].append(part.part)
                }
                if let row = batch.proposals[index].row, row.kind == .subject {
                    subjects[seq] = Array(batch.bytes[row.bytes])
                }
            }
        }
        let group = RecordedGroup(batches: batches, through: ledger.lastSeq)
        recent.remember(group, shipped: shipped)
        for loop in loops { loop.arrivals.append(group) }
    }

    /// A shard applies the oldest group that reached it.
    func apply(_ loop: SimulatedLoop) {
        guard !loop.arrivals.isEmpty else { return }
        loop.shard.apply(loop.arrivals.removeFirst(), at: now)
    }

    /// The record answers a shard's oldest question, or not at all.
    func answer(_ loop: SimulatedLoop) {
        guard !loop.questions.isEmpty else { return }
        let next = loop.questions.removeFirst()
        var answer: Result<PastAnswer, PastRefused> = .failure(.away)
        if !isAway, let record = try? SimulatedRecord(self, watermark: shipped),
            let known = try? record.answer(next.question)
        {
            answer = .success(known)
        }
        loop.shard.answered(next.question, answer, for: next.session, in: next.slot, at: now)
    }

    /// A second passes for those who watch who is in channels.
    func tellPresence() {
        for loop in loops { loop.shard.tellPresence(part: 0, of: 1) }
    }

    /// Lets everything that is under way arrive.
    func settle() {
        for _ in 0..<64 {
            for loop in loops {
                handOver(loop)
                while !loop.arrivals.isEmpty { apply(loop) }
            }
            record()
            if shipsAtOnce { shipped = ledger.lastSeq }
            for loop in loops { while !loop.questions.isEmpty { answer(loop) } }
        }
    }

    /// The process dies: only the journal is left, and the next run reads its state from it.
    func restart() throws {
        let events = try decodedEvents()
        let digest = events.last { $0.kind == .policyActivated }?.policy
        bundle = bundles.first { $0.digest == digest } ?? bundles[0]
        let state = try state(of: events)
        var keyed = KeyedOutcomes()
        for event in events {
            if let message = event.message, message.high & 0xF000 == 0x8000 {
                keyed[message] = KeyedOutcome(
                    seq: event.seq,
                    epoch: event.channelEpoch ?? 0,
                    channelSeq: event.channelSeq ?? 0,
                    disposition: event.disposition,
                    at: event.at
                )
            }
        }
        epoch += 1
        lanes = []
        ledger = Ledger(
            log: 1,
            epoch: epoch,
            lastSeq: events.last?.seq ?? 0,
            lastAt: events.last?.at ?? 0,
            standing: state.standing,
            roster: state.roster,
            settings: state.settings,
            keyed: keyed
        )
        recent = RecentMessages(
            epoch: epoch,
            bytesMax: recentBytesMax,
            through: ledger.lastSeq
        )
        shipped = ledger.lastSeq
        makeLoops(loops.count, state)
        loops[0].shard.proposeRun(.hubStarted, at: now)
        settle()
    }

    /// All durable events, read from the journal, which only grows: each is read once.
    func decodedEvents() throws -> [Event] {
        for tuple in journal[decoded.count...] {
            decoded.append(try tuple.withUnsafeBytes { try Event(decoding: $0) })
        }
        return decoded
    }

    /// What the events add up to, reckoned anew.
    func state(of events: [Event]) throws -> HubState {
        var state = HubState(bundle)
        for event in events { try apply(event, to: &state) }
        return state
    }

    /// Applies an event as it stands in the record.
    func apply(_ event: Event, to state: inout HubState) throws {
        if event.kind == .strike, let subject = event.subject {
            let count = try #require(try number("count", in: event))
            state.standing.apply(
                Strike(rule: event.rules[0], at: event.at, count: Int(count)),
                to: subject
            )
        } else if event.kind == .erase, let subject = event.subject {
            state.standing.forget(subject, at: event.at)
        } else if event.kind == .revoke, event.disposition == .allow {
            state.standing.revoke(
                token: try text("token", in: event).flatMap { UUID16(parsing: $0) },
                of: event.subject,
                at: event.at,
                until: try #require(try number("until", in: event))
            )
        } else if event.kind == .resume {
            guard event.disposition == .allow else { return }
            let detail = try #require(
                JSONSerialization.jsonObject(with: Data(event.detail.utf8)) as? [String: Any]
            )
            let from = try #require(detail["from"] as? String)
            state.standing.resume(
                from: try #require(UUID16(parsing: from)),
                at: event.at,
                until: try #require(detail["until"] as? NSNumber).int64Value
            )
        } else {
            _ = state.standing.apply(
                event.kind,
                event.disposition,
                subject: event.subject,
                channel: event.channel,
                until: try number("until", in: event),
                at: event.at
            )
        }
        if let row = subjects[event.seq] {
            let subject = try row.withUnsafeBytes { try SubjectRow(decoding: $0) }
            state.roster.restore(subject: subject.pseudonym, claims: subject.claims)
        }
        state.roster.apply(
            event.kind,
            event.disposition,
            subject: event.subject,
            session: event.session,
            channel: event.channel
        )
        _ = state.settings.apply(
            event.kind,
            event.disposition,
            channel: event.channel,
            seconds: try number("seconds", in: event).map(Int.init)
        )
    }

    /// An operator's call reaches a shard.
    func operate(
        _ name: OperatorCall.Name,
        _ act: OperatorCall.Act,
        _ channel: String? = nil,
        subject: UUID16? = nil,
        on loop: Int = 0
    ) {
        guard let olga = Fixture.operator else { preconditionFailure("the role makes an operator") }
        ticket += 1
        loops[loop].shard.propose(
            OperatorCall(
                name,
                by: olga,
                subject: subject,
                channel: channel,
                reason: "tried",
                act: act
            ),
            ticket: ticket,
            at: now
        )
    }

    /// One of the bundles is to be in force.
    func activate(on loop: Int) {
        guard let next = bundles.randomElement(using: &random) else { return }
        ticket += 1
        loops[loop].shard.propose(Activation(next, by: .api), ticket: ticket, at: now)
    }

    /// A number of an event's detail.
    func number(_ name: String, in event: Event) throws -> Int64? {
        (try value(name, in: event) as? NSNumber)?.int64Value
    }

    private func text(_ name: String, in event: Event) throws -> String? {
        try value(name, in: event) as? String
    }

    private func value(_ name: String, in event: Event) throws -> Any? {
        // Nearly all have none, and reading them is most of what a run costs.
        guard event.detail.contains("\"\(name)\"") else { return nil }
        let detail = try JSONSerialization.jsonObject(with: Data(event.detail.utf8))
        return (detail as? [String: Any])?[name]
    }
}

/// What the events so far add up to.
struct HubState: Equatable {
    var standing = Standing()
    var roster: Roster
    var settings = ChannelSettings()

    init(_ bundle: PolicyEngine.Bundle) { roster = Roster(bundle.members) }
}
