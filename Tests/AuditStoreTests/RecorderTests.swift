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
        try StartState.load(lab.hub, log: 1, now: now, keyedMax: 10)
    }

    @Test("what a full journal has no room for is told to nobody, and nothing is taken after it")
    func fullJournal() throws {
        let sandbox = JournalSandbox(segmentBytes: 2000)
        sandbox.configuration.bytesMax = 6000
        let writer = try JournalWriter(sandbox.configuration)
        let feeder = Feeder(clock: Array(repeating: 1, count: 200))
        #expect(throws: JournalError.full(bytesMax: 6000)) {
            try feeder.record(into: writer, state: nil)
        }
        #expect(feeder.failure == "the journal is full: its limit is 6000 bytes")
        #expect(feeder.recorded.count > 4)
        #expect(feeder.recorded.last?.seq == writer.durable.current.lastSeq)
        #expect(try sandbox.events(upTo: writer.durable.current).count == feeder.recorded.count)
        #expect(!feeder.recorder.submit(Feeder.batch()))
        #expect(feeder.recorder.snapshot.failure == feeder.failure)
    }

    @Test("a batch whose sync failed is told to nobody, and nothing is taken after it")
    func failedSync() throws {
        let sandbox = JournalSandbox()
        let calls = Calls()
        let writer = try JournalWriter(sandbox.configuration) { _ in
            calls.count += 1
            errno = EIO
            return calls.count == 3 ? -1 : 0
        }
        let feeder = Feeder(clock: Array(repeating: 1, count: 200))
        #expect(throws: JournalError.self) { try feeder.record(into: writer, state: nil) }
        #expect(feeder.failure?.contains("fdatasync") == true)
        #expect(feeder.recorded.map(\.seq) == [1, 2, 3, 4])
        #expect(!feeder.recorder.submit(Feeder.batch()))
        #expect(calls.count == 3)
    }

    private final class Calls {
        var count = 0
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
    private var clock: [Int64]

    init(clock: [Int64]) {
        self.clock = clock
        recorder = Recorder(
            receivers: [self],
            now: { [unowned self] in self.clock.isEmpty ? 0 : self.clock.removeFirst() },
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
        for proposal in group.batches.flatMap(\.proposals) {
            guard case .recorded(let seq, let at, _) = proposal.ruling else { continue }
            recorded.append((seq, at))
        }
        if clock.isEmpty { recorder.stop() } else { _ = recorder.submit(Self.batch()) }
    }

    func recordFailed(_ reason: String) { failure = reason }

    static func batch() -> Batch {
        let batch = Batch(shard: 0)
        for _ in 0..<2 {
            var proposal = Proposal(
                kind: .message,
                disposition: .block,
                subject: nil,
                session: nil,
                slot: -1,
                judgedAfter: 0
            )
            let start = batch.bytes.count
            Event(log: 1, kind: .message, stage: .rules, disposition: .block)
                .encode(into: &batch.bytes)
            proposal.event = start..<batch.bytes.count
            batch.proposals.append(proposal)
        }
        return batch
    }
}
