package import AuditLog
package import Outcomes
package import PolicyEngine

/// Something that a shard has judged and asks the recorder to put in order: an event, its content,
/// and what to send once both are on disk.
package struct Proposal: Sendable {
    /// A stretch of the batch's bytes.
    package typealias Stretch = Range<Int>

    package var kind: EventKind
    package var disposition: Disposition
    /// The member whose state was read, and who is concerned; nil before a token was verified.
    package var subject: UUID16?
    package var session: UUID16?
    /// Slot of the sender's connection in the shard that made the batch.
    package var slot: Int
    /// Channel by name; only joins and leaves need the name, sends know the index.
    package var channelName: String?
    /// The ledger's index of the channel; nil when the item has none or it is not known yet.
    package var channel: Int?
    /// Identity of a message. Of version 8 when the sender gave an idempotency key.
    package var message: UUID16?
    /// The kind of a message that is sent or changed.
    package var messageKind = Envelope.plainKind
    /// Whether `message` was derived from the sender's idempotency key.
    package var isKeyed = false
    /// What the sender's key makes of a message that is refused before it was judged: if the same was
    /// sent before, that is answered.
    package var repeats: UUID16?
    /// What rates know it by when it is judged again; only of live sessions.
    package var number: UInt64?
    /// How often what waited in the session had gone on when it was judged: what was judged in the
    /// same round as something that is stale is judged again behind it, in the order of sending.
    package var round = 0
    /// The newest event that the shard had applied when it judged.
    package var judgedAfter: Int64
    /// Whether the verdict rests on state that can move, so that staleness matters.
    package var dependsOnState = true
    /// The heads that the verdict rests on; nil when no rule asks for them.
    package var heads: ReadHeads?
    /// The messages that it rests on: those that a page shows, or the one that is changed.
    package var read: ReadMessages?
    /// The message that an edit or a deletion is about.
    package var target: TargetMessage?
    /// The channels that a resumption is to join, or the one that a join of it is for.
    package var resumption: Resumption?
    /// What slow mode leaves between two messages of the sender, microseconds; 0 where it doesn't
    /// count.
    package var slowWindow: Int64 = 0
    /// End of a sanction in microseconds since 2000-01-01 UTC; only for `mute` and `ban`.
    package var until: Int64?
    /// What it changes that its event's columns don't say.
    package var change: Change?
    /// Whether it follows from the verdict of the last proposal before it that doesn't: it is recorded
    /// with that one or not at all, and refers to it.
    package var follows = false
    /// The `seq` that it refers to when it follows; set by the ledger.
    package var refersSeq: Int64 = 0
    /// What the verdict means for connections besides the answer; nil for nearly all.
    package var notices: Notices?

    /// The event's tuple, and within it the offset of `channel_seq`'s eight bytes.
    package var event: Stretch = 0..<0
    package var channelSeqOffset: Int?
    /// Content tuples, in order of their parts.
    package var contents: [Stretch] = []
    /// A subject's or policy's row, if this event brings one.
    package var row: (kind: RowKind, bytes: Stretch)?
    /// The frame for the channel's members; its last bytes take `at` and `seq`.
    package var delivery: Stretch = 0..<0
    /// The body within the frame; empty for a removal.
    package var body: Stretch = 0..<0
    /// What was received, kept to be judged again when the verdict has gone stale.
    package var payload: Stretch = 0..<0
    /// The sender's `id`, as JSON text with its quotes; empty when it gave none.
    package var requestID: Stretch = 0..<0
    /// What the sender is told.
    package var reply: Reply = .none

    /// When judging it began, by `Shard.ticks`.
    package var startedNs: UInt64 = 0

    /// What became of it; set by the recorder.
    package var ruling: Ruling = .pending

    package init(
        kind: EventKind,
        disposition: Disposition,
        subject: UUID16?,
        session: UUID16?,
        slot: Int,
        judgedAfter: Int64
    ) {
        self.kind = kind
        self.disposition = disposition
        self.subject = subject
        self.session = session
        self.slot = slot
        self.judgedAfter = judgedAfter
    }
}

extension Proposal {
    /// Whether it has a number of its own in its channel's order.
    package var isNumbered: Bool {
        switch kind {
        case .message, .edit, .delete: disposition <= .redact
        default: false
        }
    }

    /// Whether it brings its subject's newest claims, which verdicts rest on.
    var bringsClaims: Bool {
        if case .member = change { return true }
        return false
    }

    /// What its records take in a journal, in bytes.
    package var journalBytes: Int {
        var bytes = event.count + JournalFormat.recordHeaderBytes
        for content in contents { bytes += content.count + JournalFormat.recordHeaderBytes }
        if let row { bytes += row.bytes.count + JournalFormat.recordHeaderBytes }
        return bytes
    }
}

/// What a recorded proposal changes besides what its event's columns say.
package enum Change: Sendable {
    /// The newest claims of the one who connects.
    case member(RosterEntry)
    /// The bundle that is in force from now on.
    case policy(Bundle)
    case strike(rule: String, count: Int)
    /// The time from which and until which a channel is preserved, microseconds since 2000-01-01 UTC.
    case preserved(Range<Int64>)
    /// Sessions of the subject are closed: one, or all.
    case end(session: UUID16?)
    /// Seconds between two messages of one member in the channel; nil leaves it to the bundle.
    case slow(seconds: Int?)
    /// One token, or all of the subject that were issued so far, count no longer. Past `until`
    /// (microseconds since 2000-01-01 UTC) they have expired.
    case revoke(token: UUID16?, until: Int64)
    /// Another session is gone on with, once. Past `until` (microseconds since 2000-01-01 UTC) its
    /// token would have counted no longer.
    case resumed(from: UUID16, until: Int64)
}

/// Rows that an event can bring besides its content.
package enum RowKind: Sendable {
    case subject, policy
}

/// What the ledger made of a proposal.
package enum Ruling: Sendable, Equatable {
    case pending
    /// In the log at `seq`; `channelSeq` is the channel's newest number (its own for what has one).
    case recorded(seq: Int64, at: Int64, channelSeq: Int64)
    /// The facts moved after it was judged: judge it again.
    case stale
    /// Its idempotency key was used before; this is what the first one got.
    case duplicate(KeyedOutcome)
    /// Not recorded, because a bound of the ledger is reached: the sender is told `busy`.
    case busy
    /// Not recorded, because the journal has no room: the sender is told `record_unavailable`.
    case unrecorded
    /// Not recorded, because what it follows from was not.
    case dropped
}

/// What a keyed message got the first time.
package struct KeyedOutcome: Sendable, Equatable {
    package var seq: Int64
    /// The run that numbered it.
    package var epoch: Int32
    package var channelSeq: Int64
    package var disposition: Disposition
    /// When it was recorded, microseconds since 2000-01-01 UTC.
    package var at: Int64

    package init(
        seq: Int64,
        epoch: Int32,
        channelSeq: Int64,
        disposition: Disposition,
        at: Int64
    ) {
        self.seq = seq
        self.epoch = epoch
        self.channelSeq = channelSeq
        self.disposition = disposition
        self.at = at
    }
}

/// A shard's proposals between two hand-overs. It is owned by one thread at a time: the shard fills
/// it, the recorder puts numbers into it, then all shards only read it.
package final class Batch: @unchecked Sendable {
    package let shard: Int
    package var bytes: [UInt8] = []
    package var proposals: [Proposal] = []

    package init(shard: Int) {
        self.shard = shard
    }
}

extension Batch {
    /// Puts a recorded proposal's numbers into its encoded rows and its delivery frame.
    package func stamp(_ proposal: Proposal, seq: Int64, at: Int64, channelSeq: Int64) {
        bytes.withUnsafeMutableBytes { bytes in
            let event = UnsafeMutableRawBufferPointer(rebasing: bytes[proposal.event])
            Row.stamp(seq: seq, at: at, into: event)
            if let offset = proposal.channelSeqOffset {
                Row.stamp(channelSeq: channelSeq, atOffset: offset, into: event)
            }
            if proposal.follows { Event.stamp(refersSeq: proposal.refersSeq, into: event) }
            for content in proposal.contents {
                Row.stamp(
                    seq: seq,
                    at: at,
                    into: UnsafeMutableRawBufferPointer(rebasing: bytes[content])
                )
            }
            if !proposal.delivery.isEmpty {
                DeliveryTail.fill(
                    UnsafeMutableRawBufferPointer(rebasing: bytes[proposal.delivery]),
                    at: at,
                    seq: channelSeq
                )
            }
        }
    }
}

/// Batches that became durable together, in the order of their `seq`.
package struct RecordedGroup: Sendable {
    package let batches: [Batch]
    /// The newest `seq` of the group.
    package let through: Int64

    package init(batches: [Batch], through: Int64) {
        self.batches = batches
        self.through = through
    }
}
