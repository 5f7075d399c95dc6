package import AuditLog
import JSONDocument
package import Outcomes
package import PolicyEngine

/// Where a shard's decisions about connections go; the server's adapter carries them out.
package protocol ShardOutput: AnyObject {
    /// Appends bytes of whole frames to a connection's next write.
    func send(_ frame: UnsafeRawBufferPointer, to slot: Int)
    /// Sends the JSON text as one text frame.
    func sendText(_ text: [UInt8], to slot: Int)
    /// Closes a connection with the outcome's close code once what was sent before is written.
    func close(_ slot: Int, _ outcome: Outcome)
    /// A handshake's event, or an activation's, is durable (`decision` is its id), or it could not be
    /// recorded (nil).
    func handshakeRecorded(ticket: Int, decision: Decision?, outcome: Outcome?)
    /// Verifies a fresh token that a session's client has sent.
    func arrival(
        bearing token: String,
        to session: Session,
        at now: Instant
    ) -> Result<Arrival, CallRefused>
    /// Hand the shard's batch to the recorder at the end of this turn of the event loop.
    func laneFilled()
    /// Asks the record what members may read; `Shard.answered` is told on the event loop, later.
    func ask(_ question: PastQuestion, for session: UUID16, in slot: Int)
    /// The shard has this connection's fill of unanswered messages: stop or go on reading.
    func setReading(_ reading: Bool, of slot: Int)
}

/// The public id of a recorded event, `<log>-<seq>`.
package struct Decision: Sendable, Equatable, CustomStringConvertible {
    package let log: Int32
    package let seq: Int64
    package init(log: Int32, seq: Int64) {
        self.log = log
        self.seq = seq
    }
    package var description: String { "\(log)-\(seq)" }
}

/// The two clocks as values, taken once for each read from a socket.
package struct Instant: Sendable {
    /// Microseconds since 2000-01-01 UTC.
    package var wall: Int64
    /// Monotonic nanoseconds.
    package var monotonicNs: UInt64

    package init(wall: Int64, monotonicNs: UInt64) {
        self.wall = wall
        self.monotonicNs = monotonicNs
    }

    /// Seconds since 1970.
    package var unixSeconds: Int64 { wall / 1_000_000 + Row.epochUnixSeconds }

    /// Seconds since 1970 with their fraction.
    package var unixTime: Double { Double(wall) / 1e6 + Double(Row.epochUnixSeconds) }
}

/// One event loop's part of the hub: its sessions, its members of each channel, its judge.
///
/// Confined to its event loop. Input is judged and becomes a proposal in the batch; nothing has an
/// effect before `apply` brings it back recorded.
package final class Shard<Output: ShardOutput> {
    package let index: Int
    package let log: Int32
    package let epoch: Int32
    package unowned let output: Output
    package private(set) var bundle: Bundle
    package internal(set) var judge: Judge
    var parser: JSONParser
    private(set) var fieldNames: FieldNames
    var entropy: Entropy
    let ticks: () -> UInt64
    let rates: RateCounters
    /// What was said lately, for all shards.
    let recent: RecentMessages
    let seal: ResumeSeal
    package let accounts: Accounts
    /// Of the channels with members here, by the ledger's index, where channels have limits.
    var channelAccounts: [Int: Account] = [:]
    /// The time of the input at hand.
    var now = Instant(wall: 0, monotonicNs: 0)
    /// How the input at hand counts for the rules with a rate.
    var counting = Counting.look
    /// What has been numbered here so far; see `nextNumber`.
    private var numbered: UInt64 = 0

    /// Proposals since the last hand-over.
    package internal(set) var batch: Batch
    /// The newest event applied here.
    package internal(set) var appliedThrough: Int64 = 0
    package internal(set) var standing: Standing
    package internal(set) var roster: Roster
    package internal(set) var settings: ChannelSettings
    package internal(set) var slowMode = SlowMode()
    /// What rules have preserved in this run, by channel.
    var preserved: [String: Range<Int64>] = [:]
    package internal(set) var sessions = SessionTable()
    /// Slots of this shard's members, by the ledger's channel index.
    var members: [[Int]] = []
    var channelNames: [String: Int] = [:]
    /// Who of this shard is shown who is in a channel, by the ledger's index.
    var watches: [Int: PresenceWatch] = [:]
    /// Bytes handed over and not yet recorded.
    package internal(set) var bytesInFlight = 0
    /// Bytes of messages that wait to be judged again, or behind one that does.
    package internal(set) var bytesWaiting = 0
    /// Set when the record has failed: nothing is accepted any more.
    package private(set) var hasFailed = false
    package internal(set) var counters = Counters()

    package init(
        index: Int,
        log: Int32,
        epoch: Int32,
        bundle: Bundle,
        rates: RateCounters,
        recent: RecentMessages,
        seal: ResumeSeal,
        accounts: Accounts,
        standing: Standing,
        roster: Roster,
        settings: ChannelSettings,
        entropy: Entropy,
        ticks: @escaping () -> UInt64,
        output: Output
    ) {
        self.index = index
        self.log = log
        self.epoch = epoch
        self.bundle = bundle
        self.rates = rates
        self.recent = recent
        self.seal = seal
        self.accounts = accounts
        self.standing = standing
        self.roster = roster
        self.settings = settings
        self.entropy = entropy
        self.ticks = ticks
        self.output = output
        judge = Judge(bundle: bundle, counters: rates)
        parser = JSONParser(depthMax: bundle.limits.depthMax)
        fieldNames = FieldNames(bundle)
        batch = Batch(shard: index)
    }

    /// Takes the proposals made since the last time; nil when there are none.
    package func takeBatch() -> Batch? {
        guard !batch.proposals.isEmpty else { return nil }
        let taken = batch
        batch = Batch(shard: index)
        batch.bytes.reserveCapacity(min(taken.bytes.count * 2, 1 << 20))
        batch.proposals.reserveCapacity(taken.proposals.count)
        return taken
    }

    /// The record cannot be written any more: every session is closed, nothing is accepted.
    package func fail() {
        hasFailed = true
        for slot in sessions.slots { output.close(slot, .recordUnavailable) }
    }

    func adopt(_ bundle: Bundle) {
        self.bundle = bundle
        judge = Judge(bundle: bundle, counters: rates)
        parser = JSONParser(depthMax: bundle.limits.depthMax)
        fieldNames = FieldNames(bundle)
    }

    /// A number that nothing else of this run has, by which rates know what is judged again.
    package func nextNumber() -> UInt64 {
        numbered += 1
        return UInt64(index) << 48 | numbered
    }

    /// A place for a connection whose handshake was recorded.
    package func reserveSlot() -> Int { sessions.reserve() }

    /// The batch has gone to the recorder.
    package func handedOver(_ batch: Batch) {
        bytesInFlight += batch.bytes.count
    }

    /// Adds a proposal whose bytes are in the batch already.
    func propose(_ proposal: Proposal) {
        if batch.proposals.isEmpty { output.laneFilled() }
        batch.proposals.append(proposal)
    }
}

extension Shard {
    /// Bytes proposed and not yet recorded, or waiting to be judged, that a shard holds; past it
    /// sends are refused as `busy`.
    package static var bytesInFlightMax: Int { 64 << 20 }

    /// Whether the recorder is so far behind that nothing new is judged.
    var isFull: Bool {
        bytesInFlight + bytesWaiting + batch.bytes.count > Self.bytesInFlightMax
    }
}
