package import Outcomes

/// One row of `audit.event`, version 1: 24 columns in this order, frozen.
///
/// It carries pseudonyms, codes, numbers and commitments only; what people wrote is content.
package struct Event: Hashable, Sendable {
    /// The schema version that this type writes and reads.
    package static let schemaVersion: Int16 = 1
    /// How many columns version 1 has.
    package static let columns: Int16 = 24

    package var log: Int32
    /// From 1, without gaps; 0 until the recorder gives it.
    package var seq: Int64
    /// Microseconds since 2000-01-01 UTC, never less than the event's before it.
    package var at: Int64
    package var retention: RetentionClass
    package var kind: EventKind
    package var stage: Stage
    package var disposition: Disposition
    package var session: UUID16?
    /// The pseudonym of the one who acts.
    package var subject: UUID16?
    package var channel: String?
    package var channelEpoch: Int32?
    /// The place in the channel's order; `encode` returns where it stands.
    package var channelSeq: Int64?
    package var message: UUID16?
    /// The decision that this one is about: log and seq, both or neither.
    package var refersLog: Int32?
    package var refersSeq: Int64?
    package var rules: [String]
    package var shadowRules: [String]
    package var score: Int32
    /// The bundle's digest (32 bytes), nil before any is active.
    package var policy: [UInt8]?
    /// Bytes of what was judged, as received.
    package var bytes: Int32
    /// How long judging took, in nanoseconds.
    package var judgedNs: Int32
    /// The commitment to the event's content (32 bytes), nil when it has none.
    package var contentHash: [UInt8]?
    /// A JSON object as text, written compactly: numbers and codes.
    package var detail: String

    /// Every argument that has a default is one that most kinds leave out.
    package init(
        log: Int32,
        seq: Int64 = 0,
        at: Int64 = 0,
        kind: EventKind,
        stage: Stage,
        disposition: Disposition,
        retention: RetentionClass? = nil,
        session: UUID16? = nil,
        subject: UUID16? = nil,
        channel: String? = nil,
        channelEpoch: Int32? = nil,
        channelSeq: Int64? = nil,
        message: UUID16? = nil,
        refersLog: Int32? = nil,
        refersSeq: Int64? = nil,
        rules: [String] = [],
        shadowRules: [String] = [],
        score: Int32 = 0,
        policy: [UInt8]? = nil,
        bytes: Int32 = 0,
        judgedNs: Int32 = 0,
        contentHash: [UInt8]? = nil,
        detail: String = "{}"
    ) {
        self.log = log
        self.seq = seq
        self.at = at
        self.retention = retention ?? kind.retention
        self.kind = kind
        self.stage = stage
        self.disposition = disposition
        self.session = session
        self.subject = subject
        self.channel = channel
        self.channelEpoch = channelEpoch
        self.channelSeq = channelSeq
        self.message = message
        self.refersLog = refersLog
        self.refersSeq = refersSeq
        self.rules = rules
        self.shadowRules = shadowRules
        self.score = score
        self.policy = policy
        self.bytes = bytes
        self.judgedNs = judgedNs
        self.contentHash = contentHash
        self.detail = detail
    }
}
