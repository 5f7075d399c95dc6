package import AuditLog
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
        /// Set once everything that was submitted before is recorded, and nothing will be any more.
        var hasEnded = false
        var failure: String?
    }

    private let inbox = Mutex(Inbox())
    private let wake = Signal()
    private let receivers: [any RecordedGroupReceiver]
    private let now: @Sendable () -> Int64
    private let shipped: @Sendable () -> Int64
    private let recent: RecentMessages
    private let onDurable: @Sendable (_ through: Int64) -> Void
    private let onCheckpoint: @Sendable (CheckpointRow) -> Void
    private let statistics = Mutex(Statistics())

    /// What the recorder has done so far.
    package struct Statistics: Sendable {
        package var groups: UInt64 = 0
        package var events: UInt64 = 0
        package var bytes: UInt64 = 0
        /// Write and sync of each group.
        package var syncTimes = Histogram.ofWork
        /// Recorded events by the number of their kind.
        package var kinds: [Int16: UInt64] = [:]
        /// Idempotency keys that are remembered.
        package var keyed = 0
        package var lastSeq: Int64 = 0
        /// Proposals that a full journal had no room for.
        package var unrecorded: UInt64 = 0
        /// Why new work is refused at present; nil while there is room.
        package var refusing: String?
        /// When the journal's call that is not done yet was begun, by the monotonic clock; nil between
        /// calls.
        package var callingSinceNs: UInt64?
        package var failure: String?
        /// How far the newest event's time is ahead of the clock, microseconds; 0 when it isn't. Events
        /// keep that time until the clock has reached it.
        package var aheadOfClockUs: Int64 = 0
        package init() {}

        mutating func count(_ batch: Batch) {
            for proposal in batch.proposals {
                guard case .recorded = proposal.ruling else { continue }
                kinds[proposal.kind.rawValue, default: 0] &+= 1
            }
        }

        /// How long the disk has kept the recorder waiting by now.
        package var waiting: Duration {
            .nanoseconds(callingSinceNs.map { Int64(clamping: monotonicNs() &- $0) } ?? 0)
        }
    }

    /// - Parameters:
    ///   - receivers: one for each shard, in the shards' order.
    ///   - now: wall clock, microseconds since 2000-01-01 UTC.
    ///   - shipped: the newest `seq` that the database has.
    ///   - recent: told what is durable, before the shards are.
    ///   - onDurable: told after each sync, on the recorder's thread.
    ///   - onCheckpoint: the same for each checkpoint, once it is durable.
    package init(
        receivers: [any RecordedGroupReceiver],
        now: @escaping @Sendable () -> Int64,
        shipped: @escaping @Sendable () -> Int64,
        recent: RecentMessages,
        onDurable: @escaping @Sendable (_ through: Int64) -> Void,
        onCheckpoint: @escaping @Sendable (CheckpointRow) -> Void
    ) {
        self.receivers = receivers
        self.now = now
        self.shipped = shipped
        self.recent = recent
        self.onDurable = onDurable
        self.onCheckpoint = onCheckpoint
    }

    package var snapshot: Statistics { statistics.withLock { $0 } }

    /// Takes a shard's batch; the shard must not touch it any more.
    ///
    /// - Returns: false when the record has failed or ended, and nothing is taken.
    package func submit(_ batch: Batch) -> Bool {
        let accepted = inbox.withLock { inbox in
            guard inbox.failure == nil, !inbox.hasEnded else { return false }
            inbox.batches.append(batch)
            return true
        }
        wake.set()
        return accepted
    }

    /// Records what is submitted until nothing more comes, then returns from `run`.
    package func stop() {
        inbox.withLock { $0.isStopping = true }
        wake.set()
    }

    /// What the thread works with.
    private struct Desk {
        var ledger: Ledger
        var notary: Notary
        var records: JournalBatch
        let journal: JournalWriter
        /// Set while the journal is full: when to look for room again.
        var retryNs: UInt64?
    }

    /// The thread's body: runs until `stop` or until the journal fails.
    ///
    /// A full journal is no failure: what it has no room for is refused, and taken again once there
    /// is room.
    /// - Throws: the journal's error, after which nothing was or will be acknowledged.
    package func run(ledger: Ledger, notary: Notary, journal: JournalWriter) throws {
        var desk = Desk(
            ledger: ledger,
            notary: notary,
            records: journal.newBatch(),
            journal: journal
        )
        do {
            while true {
                let (batches, isStopping) = inbox.withLock { inbox in
                    defer { inbox.batches = [] }
                    return (inbox.batches, inbox.isStopping)
                }
                if !batches.isEmpty {
                    try record(batches, &desk)
                } else if isStopping || desk.notary.isDue(nowNs: monotonicNs()) {
                    try recordCheckpoint(&desk)
                    if isStopping, endsIdle() { return }
                } else if desk.notary.hasUnsigned || desk.retryNs != nil {
                    _ = wake.wait(milliseconds: Self.pauseMs)
                    // Nobody comes while readiness says no: look without being asked.
                    if desk.retryNs != nil { _ = try room(for: Self.probeBytes, &desk, now()) }
                } else {
                    wake.wait()
                }
            }
        } catch {
            fail("\(error)")
            throw error
        }
    }

    /// Takes nothing more, unless something has come meanwhile.
    private func endsIdle() -> Bool {
        inbox.withLock { inbox in
            inbox.hasEnded = inbox.batches.isEmpty
            return inbox.hasEnded
        }
    }

    /// How often a recorder without work looks whether a checkpoint is due, or there is room again.
    private static let pauseMs = 100

    private func record(_ batches: [Batch], _ desk: inout Desk) throws {
        let time = now()
        let before = desk.ledger.lastSeq
        let room = try room(for: batches, &desk, time)
        for batch in batches {
            for index in batch.proposals.indices {
                guard room.takes(batch.proposals[index].kind) else {
                    desk.ledger.leaveOut(&batch.proposals[index])
                    continue
                }
                desk.ledger.admit(&batch.proposals[index], now: time)
                guard
                    case .recorded(let seq, let at, let channelSeq) =
                        batch.proposals[index].ruling
                else { continue }
                batch.stamp(batch.proposals[index], seq: seq, at: at, channelSeq: channelSeq)
                frame(batch.proposals[index], of: batch, into: &desk)
            }
        }
        let checkpoint = try desk.records.hasEvent ? checkpointIfDue(&desk) : nil
        let bytes = desk.records.bytes.count
        let started = monotonicNs()
        try calling { () throws(JournalError) in try desk.journal.commit(&desk.records) }
        let took = monotonicNs() - started
        let lastSeq = desk.ledger.lastSeq
        let aheadOfClockUs = max(0, desk.ledger.lastAt - time)
        let keyed = desk.ledger.keyedCount
        statistics.withLock {
            $0.aheadOfClockUs = aheadOfClockUs
            $0.groups += 1
            $0.events += UInt64(lastSeq - before)
            $0.bytes += UInt64(bytes)
            $0.syncTimes.add(took)
            $0.keyed = keyed
            $0.lastSeq = lastSeq
            for batch in batches { $0.count(batch) }
        }
        onDurable(lastSeq)
        let group = RecordedGroup(batches: batches, through: lastSeq)
        recent.remember(group, shipped: shipped())
        for receiver in receivers { receiver.deliver(group) }
        if let checkpoint { onCheckpoint(checkpoint) }
    }

    private func checkpointIfDue(_ desk: inout Desk) throws -> CheckpointRow? {
        let nowNs = monotonicNs()
        return try desk.notary.isDue(nowNs: nowNs)
            ? checkpoint(&desk, at: desk.ledger.lastAt, nowNs) : nil
    }

    /// Signs the tree as it is and puts the checkpoint into the batch.
    private func checkpoint(
        _ desk: inout Desk,
        at: Int64,
        _ nowNs: UInt64
    ) throws -> CheckpointRow {
        let row = try desk.notary.sign(at: at, nowNs: nowNs)
        var tuple: [UInt8] = []
        row.encode(into: &tuple)
        desk.records.append(type: .checkpoint, body: tuple)
        return row
    }

    /// Records a checkpoint of events that none followed; when the segment is full, it comes with
    /// the next event instead.
    private func recordCheckpoint(_ desk: inout Desk) throws {
        guard desk.notary.hasUnsigned,
            desk.journal.takesWithoutEvent(Self.checkpointBytesMax)
        else { return }
        let at = max(desk.ledger.lastAt, now())
        let row = try checkpoint(&desk, at: at, monotonicNs())
        try calling { () throws(JournalError) in try desk.journal.commit(&desk.records) }
        onDurable(desk.ledger.lastSeq)
        onCheckpoint(row)
    }

    /// Makes a call of the journal that may wait for its disk, so that `waiting` tells for how long:
    /// there is no other way to one.
    @discardableResult
    private func calling<Value>(
        _ body: () throws(JournalError) -> Value
    ) throws(JournalError) -> Value {
        let started = monotonicNs()
        statistics.withLock { $0.callingSinceNs = started }
        defer { statistics.withLock { $0.callingSinceNs = nil } }
        return try body()
    }

    /// More than a checkpoint's record and its commit record ever take.
    static let checkpointBytesMax = 8 << 10

    private func frame(
        _ proposal: Proposal,
        of batch: Batch,
        into desk: inout Desk
    ) {
        batch.bytes.withUnsafeBytes { bytes in
            let event = UnsafeRawBufferPointer(rebasing: bytes[proposal.event])
            desk.records.append(type: .event, body: event)
            desk.notary.append(event)
            for content in proposal.contents {
                desk.records.append(
                    type: .content,
                    body: UnsafeRawBufferPointer(rebasing: bytes[content])
                )
            }
            if let row = proposal.row {
                desk.records.append(
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

extension Recorder {
    /// What the journal has room for.
    private enum Room {
        case all, lastEvents, nothing

        func takes(_ kind: EventKind) -> Bool {
            switch self {
            case .all: true
            case .lastEvents: kind.isLast
            case .nothing: false
            }
        }
    }

    /// Decides before anything of a group is numbered, so that nothing has to be taken back.
    private func room(
        for batches: [Batch],
        _ desk: inout Desk,
        _ time: Int64
    ) throws -> Room {
        var (bytes, lastBytes, count, lastCount) = (0, 0, 0, 0)
        for proposal in batches.lazy.flatMap(\.proposals) {
            bytes += proposal.journalBytes
            count += 1
            guard proposal.kind.isLast else { continue }
            lastBytes += proposal.journalBytes
            lastCount += 1
        }
        if try room(for: bytes, &desk, time) { return .all }
        let takesLast =
            lastCount > 0 && desk.journal.takesLast(lastBytes + Self.checkpointBytesMax)
        let taken = takesLast ? lastCount : 0
        statistics.withLock { $0.unrecorded += UInt64(count - taken) }
        return takesLast ? .lastEvents : .nothing
    }

    /// Whether so many bytes can be written, with a checkpoint; while the journal is full it is
    /// asked only now and then, because to ask means to try for another segment.
    private func room(
        for bytes: Int,
        _ desk: inout Desk,
        _ time: Int64
    ) throws(JournalError) -> Bool {
        let nowNs = monotonicNs()
        if let retryNs = desk.retryNs, nowNs < retryNs { return false }
        do throws(JournalError) {
            try calling { () throws(JournalError) in
                try desk.journal.makeRoom(
                    for: bytes + Self.checkpointBytesMax,
                    shipped: shipped(),
                    now: time / 1_000_000 + Row.epochUnixSeconds
                )
            }
        } catch {
            guard error.isFull else { throw error }
            desk.retryNs = nowNs + Self.retryNs
            statistics.withLock { $0.refusing = "\(error)" }
            return false
        }
        if desk.retryNs != nil {
            desk.retryNs = nil
            statistics.withLock { $0.refusing = nil }
        }
        return true
    }

    /// Between two attempts to get another segment.
    private static let retryNs: UInt64 = 250_000_000
    /// What must fit before new work is taken again: some messages.
    private static let probeBytes = 64 << 10
}

func monotonicNs() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
