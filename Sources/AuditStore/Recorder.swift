import AuditLog
import Glibc
package import HubCore
import Synchronization

/// The thread that orders everything: it takes the shards' batches, lets the ledger decide, writes
/// events and contents to the journal, syncs once, and hands the group to every shard.
///
/// There is no timer: a group forms while the last sync runs.
package final class Recorder: Sendable {
    private struct Inbox {
        var batches: [Batch] = []
        var isStopping = false
        var failure: String?
    }

    private let inbox = Mutex(Inbox())
    private let wake = Signal()
    private let receivers: [any RecordedGroupReceiver]
    private let now: @Sendable () -> Int64
    private let onDurable: @Sendable (_ through: Int64) -> Void
    private let statistics = Mutex(Statistics())

    /// What the recorder has done so far.
    package struct Statistics: Sendable {
        package var groups: UInt64 = 0
        package var events: UInt64 = 0
        package var bytes: UInt64 = 0
        /// Time spent in write and sync, nanoseconds.
        package var syncNs: UInt64 = 0
        package var lastSeq: Int64 = 0
        package var failure: String?
        package init() {}
    }

    /// - Parameters:
    ///   - receivers: one for each shard, in the shards' order.
    ///   - now: wall clock, microseconds since 2000-01-01 UTC.
    ///   - onDurable: told after each sync, on the recorder's thread.
    package init(
        receivers: [any RecordedGroupReceiver],
        now: @escaping @Sendable () -> Int64,
        onDurable: @escaping @Sendable (_ through: Int64) -> Void
    ) {
        self.receivers = receivers
        self.now = now
        self.onDurable = onDurable
    }

    package var snapshot: Statistics { statistics.withLock { $0 } }

    /// Takes a shard's batch; the shard must not touch it any more.
    ///
    /// - Returns: false when the record has failed and nothing is taken.
    package func submit(_ batch: Batch) -> Bool {
        let accepted = inbox.withLock { inbox in
            guard inbox.failure == nil else { return false }
            inbox.batches.append(batch)
            return true
        }
        wake.set()
        return accepted
    }

    /// Records what was submitted so far, then returns from `run`.
    package func stop() {
        inbox.withLock { $0.isStopping = true }
        wake.set()
    }

    /// The thread's body: runs until `stop` or until the journal fails.
    ///
    /// - Throws: the journal's error, after which nothing was or will be acknowledged.
    package func run(ledger: Ledger, journal: JournalWriter) throws {
        var ledger = ledger
        var batch = journal.newBatch()
        while true {
            let (batches, isStopping) = inbox.withLock { inbox in
                defer { inbox.batches = [] }
                return (inbox.batches, inbox.isStopping)
            }
            guard !batches.isEmpty else {
                if isStopping { return }
                wake.wait()
                continue
            }
            do {
                try record(batches, &ledger, &batch, journal)
            } catch {
                fail("\(error)")
                throw error
            }
        }
    }

    private func record(
        _ batches: [Batch],
        _ ledger: inout Ledger,
        _ records: inout JournalBatch,
        _ journal: JournalWriter
    ) throws {
        let time = now()
        let before = ledger.lastSeq
        for batch in batches {
            for index in batch.proposals.indices {
                ledger.admit(&batch.proposals[index], now: time)
                guard
                    case .recorded(let seq, let at, let channelSeq) =
                        batch.proposals[index].ruling
                else { continue }
                batch.stamp(batch.proposals[index], seq: seq, at: at, channelSeq: channelSeq)
                frame(batch.proposals[index], of: batch, into: &records)
            }
        }
        let started = monotonicNs()
        let bytes = records.bytes.count
        try journal.commit(&records)
        let took = monotonicNs() - started
        statistics.withLock {
            $0.groups += 1
            $0.events += UInt64(ledger.lastSeq - before)
            $0.bytes += UInt64(bytes)
            $0.syncNs += took
            $0.lastSeq = ledger.lastSeq
        }
        onDurable(ledger.lastSeq)
        let group = RecordedGroup(batches: batches, through: ledger.lastSeq)
        for receiver in receivers { receiver.deliver(group) }
    }

    private func frame(
        _ proposal: Proposal,
        of batch: Batch,
        into records: inout JournalBatch
    ) {
        batch.bytes.withUnsafeBytes { bytes in
            records.append(
                type: .event,
                body: UnsafeRawBufferPointer(rebasing: bytes[proposal.event])
            )
            for content in proposal.contents {
                records.append(
                    type: .content,
                    body: UnsafeRawBufferPointer(rebasing: bytes[content])
                )
            }
            if let row = proposal.row {
                records.append(
                    type: row.kind == .subject ? .subject : .policy,
                    body: UnsafeRawBufferPointer(rebasing: bytes[row.bytes])
                )
            }
        }
    }

    private func fail(_ reason: String) {
        inbox.withLock {
            $0.failure = reason
            $0.batches = []
        }
        statistics.withLock { $0.failure = reason }
        for receiver in receivers { receiver.recordFailed(reason) }
    }
}

func monotonicNs() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
