import AuditLog
import AuditStore
import Glibc
import HubCore
import Outcomes
import Testing

@Suite("Recorder")
struct RecorderTests {
    private static let second: Int64 = 1_000_000

    @Test("a clock set back makes no event older than the one before, even across a restart")
    func clockGoesBack() throws {
        let lab = try Laboratory()
        let sandbox = JournalSandbox()
        let start = Laboratory.now() - 60 * Self.second
        let hour = 3600 * Self.second

        let writer = try JournalWriter(sandbox.configuration)
        let first = Feeder(clock: [start, start + 9, start - hour, start - hour + 5, start + 20])
        try first.record(into: writer, state: try load(lab, now: start))
        let expected = [start, start + 9, start + 9, start + 9, start + 20].flatMap { [$0, $0] }
        #expect(first.recorded.map(\.at) == expected)
        #expect(lab.shipper(rows: 3, of: sandbox.folder, durable: writer.durable).ships())

        // The clock is a day behind when the hub comes back.
        let later = start - 24 * hour
        let state = try load(lab, now: later)
        #expect(state.lastSeq == 10 && state.lastAt == start + 20)
        let reopened = try reopened(writer, sandbox)
        let second = Feeder(clock: [later, later + hour, start + 21])
        try second.record(into: reopened, state: state)
        #expect(second.recorded.map(\.seq) == Array(11...16))
        let after = [start + 20, start + 20, start + 21].flatMap { [$0, $0] }
        #expect(second.recorded.map(\.at) == after)

        let events = try sandbox.events(upTo: reopened.durable.current).map { record in
            try record.body.withUnsafeBytes { try Event(decoding: $0) }
        }
        #expect(events.map(\.at) == expected + after)
        #expect(lab.shipper(rows: 3, of: sandbox.folder, durable: reopened.durable).ships())
        let steps = try lab.postgres.query(
            """
            select count(*) filter (where at < before), count(*)
            from (select at, lag(at) over (order by seq) as before from audit.event) as steps
            """
        )
        #expect(steps.int8(0, 0) == 0 && steps.int8(0, 1) == 16)
    }

    private func load(_ lab: Laboratory, now: Int64) throws -> StartState {
        try StartState.load(lab.hub, log: 1, now: now, strikesFrom: 0, keyedMax: 10)
    }

    @Test("what comes after the orderly end is not taken, so that nobody waits for it")
    func ended() throws {
        let sandbox = JournalSandbox()
        let feeder = Feeder(clock: [1, 2])
        try feeder.record(into: JournalWriter(sandbox.configuration), state: nil)
        #expect(feeder.recorded.count == 4)
        #expect(!feeder.recorder.submit(Feeder.batch()))
    }

    @Test(
        "a full journal refuses new work, keeps last events, and takes new work when it has room"
    )
    func fullJournal() throws {
        let sandbox = JournalSandbox(segmentBytes: 20_000)
        sandbox.configuration.reserveBytes = 2000
        sandbox.configuration.bytesMax = 41_000
        sandbox.configuration.keepSeconds = 1_000_000
        let writer = try JournalWriter(sandbox.configuration)
        let feeder = Feeder(clock: Array(repeating: 1, count: 400))
        // The database has nothing at first; after 150 batches it has all.
        feeder.isShipped = { $0 > 150 }
        feeder.kind = { $0 == 140 ? .disconnect : .message }
        try feeder.record(into: writer, state: nil)
        #expect(feeder.failure == nil)
        let first = try #require(feeder.unrecorded.first)
        #expect((20...120).contains(first))
        // In a row, but for the last events; then nothing is refused any more.
        #expect(feeder.unrecorded.filter { $0 <= 139 } == Array(first...139))
        #expect(feeder.unrecorded.last.map { $0 <= 390 } == true)
        #expect(!feeder.unrecorded.contains(140) && !feeder.unrecorded.contains(400))
        // Nothing has a number that is not in the journal, and no number is left out.
        #expect(feeder.recorded.map(\.seq) == (1...Int64(feeder.recorded.count)).map { $0 })
        #expect(feeder.recorded.last?.seq == writer.durable.current.lastSeq)
        #expect(feeder.recorder.snapshot.unrecorded == UInt64(feeder.unrecorded.count * 2))
        #expect(feeder.recorder.snapshot.refusing == nil)
        #expect(writer.durable.use.bytes <= 41_000)
    }

    @Test("a batch whose sync failed is told to nobody, and nothing is taken after it")
    func failedSync() throws {
        let sandbox = JournalSandbox()
        let disk = FailingSync(at: 3)
        let writer = try JournalWriter(sandbox.configuration, disk: disk)
        let feeder = Feeder(clock: Array(repeating: 1, count: 200))
        #expect(throws: JournalError.self) { try feeder.record(into: writer, state: nil) }
        #expect(feeder.failure?.contains("fdatasync") == true)
        #expect(feeder.recorded.map(\.seq) == [1, 2, 3, 4])
        #expect(!feeder.recorder.submit(Feeder.batch()))
        #expect(disk.calls == 3)
    }
}

extension Shipper {
    /// Ships all that is durable, and ends.
    fileprivate func ships() -> Bool { stop(drain: .seconds(20)) }
}

/// A shard of one thread: it submits a batch of two events for each time of its clock, the next one
/// when the one before came back.
private final class Feeder: RecordedGroupReceiver, @unchecked Sendable {
    private(set) var recorder: Recorder!
    private(set) var recorded: [(seq: Int64, at: Int64)] = []
    private(set) var failure: String?
    /// The batches, counted from 1, of which nothing was recorded.
    private(set) var unrecorded: [Int] = []
    /// Whether the database has everything, and what a batch proposes, by the batch's number.
    var isShipped: (Int) -> Bool = { _ in false }
    var kind: (Int) -> EventKind = { _ in .message }
    private var delivered = 0
    private var clock: [Int64]

    init(clock: [Int64]) {
        self.clock = clock
        recorder = Recorder(
            receivers: [self],
            now: { [unowned self] in self.clock.isEmpty ? 0 : self.clock.removeFirst() },
            shipped: { [unowned self] in
                self.isShipped(delivered + 1) ? self.recorded.last?.seq ?? 0 : 0
            },
            recent: RecentMessages(epoch: 1, bytesMax: 1 << 20, through: 0),
            onDurable: { _ in },
            onCheckpoint: { _ in }
        )
    }

    /// Runs the recorder on this thread until every batch is recorded.
    func record(into journal: JournalWriter, state: StartState?) throws {
        let ledger = Ledger(
            log: 1,
            epoch: 1,
            lastSeq: state?.lastSeq ?? 0,
            lastAt: state?.lastAt ?? 0,
            standing: Standing(),
            roster: Roster(),
            settings: ChannelSettings(),
            keyed: KeyedOutcomes()
        )
        _ = recorder.submit(Self.batch())
        let notary = Notary(
            log: 1,
            signer: try NoteSigner(name: "test", pem: NoteSigner.newKey()),
            frontier: TreeFrontier(),
            signedSize: 0
        )
        try recorder.run(ledger: ledger, notary: notary, journal: journal)
    }

    func deliver(_ group: RecordedGroup) {
        delivered += 1
        let proposals = group.batches.flatMap(\.proposals)
        if proposals.allSatisfy({ $0.ruling == .unrecorded }) {
            unrecorded.append(delivered)
            usleep(2000)
        }
        for proposal in proposals {
            guard case .recorded(let seq, let at, _) = proposal.ruling else { continue }
            recorded.append((seq, at))
        }
        if clock.isEmpty {
            recorder.stop()
        } else {
            _ = recorder.submit(Self.batch(kind(delivered + 1)))
        }
    }

    func recordFailed(_ reason: String) { failure = reason }

    static func batch(_ kind: EventKind = .message) -> Batch {
        let batch = Batch(shard: 0)
        for _ in 0..<2 {
            var proposal = Proposal(
                kind: kind,
                disposition: .block,
                subject: nil,
                session: nil,
                slot: -1,
                judgedAfter: 0
            )
            let start = batch.bytes.count
            Event(log: 1, kind: kind, stage: .rules, disposition: .block)
                .encode(into: &batch.bytes)
            proposal.event = start..<batch.bytes.count
            batch.proposals.append(proposal)
        }
        return batch
    }
}
