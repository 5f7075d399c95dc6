import AuditLog
import AuditStore
import HubCore
import Outcomes
import Synchronization

/// One shard's side of the record: a thread that encodes messages into batches while those before
/// are synced, with a bounded number under way.
final class Load: RecordedGroupReceiver {
    private struct State {
        var underWay = 0
        var failure: String?
    }

    private let shard: Int
    private let events: Int
    private let bodyBytes: Int?
    private let window: Int
    private let state = Mutex(State())
    private let moved = Signal()

    /// - Parameters:
    ///   - events: how many it records in all.
    ///   - bodyBytes: of the content that each has; nil for none.
    ///   - window: how many are under way at most.
    init(shard: Int, events: Int, bodyBytes: Int?, window: Int) {
        self.shard = shard
        self.events = events
        self.bodyBytes = bodyBytes
        self.window = window
    }

    func deliver(_ group: RecordedGroup) {
        let count = group.batches.reduce(0) { $1.shard == shard ? $0 + $1.proposals.count : $0 }
        if count == 0 { return }
        state.withLock { $0.underWay -= count }
        moved.set()
    }

    func recordFailed(_ reason: String) {
        state.withLock { $0.failure = reason }
        moved.set()
    }

    /// Records all of its events; returns when the last is durable.
    func run(_ recorder: Recorder) {
        var generator = Counter(state: UInt64(shard))
        let channel = "club:north-harbour-rowing:u14:\(shard)"
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: bodyBytes ?? 0)
        let members = (0..<100).map { _ in UUID16.random(using: &generator) }
        var made = 0
        while made < events {
            waitUntil { $0.underWay + Self.batchEvents <= window }
            let batch = Batch(shard: shard)
            batch.bytes.reserveCapacity(Self.batchEvents * (400 + body.count))
            for _ in 0..<min(Self.batchEvents, events - made) {
                let salt = Salt(high: generator.next(), low: generator.next())
                propose(
                    members[made % members.count],
                    channel,
                    bodyBytes.map { _ in ContentPart(kind: .delivered, salt: salt, body: body) },
                    .random(using: &generator),
                    into: batch
                )
                made += 1
            }
            state.withLock { $0.underWay += batch.proposals.count }
            guard recorder.submit(batch) else { return }
        }
        waitUntil { $0.underWay == 0 }
    }

    private func waitUntil(_ holds: (State) -> Bool) {
        while !state.withLock({ holds($0) || $0.failure != nil }) { moved.wait() }
    }

    private func propose(
        _ member: UUID16,
        _ channel: String,
        _ content: ContentPart?,
        _ message: UUID16,
        into batch: Batch
    ) {
        var proposal = Proposal(
            kind: .message,
            disposition: .allow,
            subject: member,
            session: member,
            slot: 0,
            judgedAfter: 0
        )
        proposal.message = message
        var event = Event(log: 1, kind: .message, stage: .done, disposition: .allow)
        event.session = member
        event.subject = member
        event.channel = channel
        event.channelEpoch = 1
        event.channelSeq = 0
        event.message = message
        event.policy = Self.policy
        event.bytes = 200
        event.judgedNs = 5_000
        event.contentHash = content.flatMap { Commitment.contentHash(of: [$0]) }
        let start = batch.bytes.count
        proposal.channelSeqOffset = event.encode(into: &batch.bytes)
        proposal.event = start..<batch.bytes.count
        if let content {
            let start = batch.bytes.count
            ContentRow(log: 1, part: content).encode(into: &batch.bytes)
            proposal.contents = [start..<batch.bytes.count]
        }
        batch.proposals.append(proposal)
    }

    private static let policy = [UInt8](repeating: 7, count: 32)
    /// What a shard gathers in one turn of its event loop under load.
    private static let batchEvents = 64
}

/// Ids that differ; the system's random bytes would cost more than the record.
private struct Counter: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return state ^ state >> 29
    }
}
