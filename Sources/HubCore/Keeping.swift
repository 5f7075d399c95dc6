package import AuditLog
import Outcomes

/// What a keeper asks the record to say: that a subject is to be forgotten, or that something is to be
/// kept. It takes effect when its event is shipped.
package struct Keeping: Sendable, Equatable {
    /// `erase`, `preserve`, `unpreserve` or `retain`.
    package var kind: EventKind
    package var subject: UUID16?
    /// The channel that a preservation is about.
    package var channel: String?
    /// The preservation that is released.
    package var refers: Decision?
    /// A JSON object of numbers and codes.
    package var detail: String
    /// When the tokens that an erasure revokes have expired, microseconds since 2000-01-01 UTC; nil for
    /// the other kinds.
    package var until: Int64?
    /// Why, and on whose word, as JSON text: content.
    package var reason: String

    package init(
        kind: EventKind,
        subject: UUID16?,
        channel: String?,
        refers: Decision?,
        detail: String,
        reason: String
    ) {
        self.kind = kind
        self.subject = subject
        self.channel = channel
        self.refers = refers
        self.detail = detail
        self.reason = reason
    }
}

extension Shard {
    /// Proposes an event of forgetting or keeping.
    ///
    /// An erasure takes what stands before it in the record, as it is shipped. So that nothing of the
    /// subject comes behind it, it revokes the tokens issued so far and ends the sessions: what was
    /// judged before it and recorded after is judged again, which comes to nothing, or loses its
    /// content in `Ledger`. Who comes back with a fresh token is known again.
    ///
    /// - Parameter ticket: `handshakeRecorded(ticket:)` says when it is durable, or that it will
    ///   not be recorded; nil when nobody waits for that.
    package func propose(_ keeping: Keeping, ticket: Int? = nil, at now: Instant) {
        self.now = now
        var proposal = proposal(keeping.kind, subject: keeping.subject)
        proposal.channelName = keeping.channel
        var particulars = Particulars(started: ticks())
        particulars.detail = Detail(json: keeping.detail)
        if let until = keeping.until {
            proposal.until = until
            particulars.detail.number("until", until)
        }
        if let ticket { proposal.reply = .handshake(ticket: ticket) }
        particulars.refers = keeping.refers
        particulars.parts.reason(Array(keeping.reason.utf8))
        record(&proposal, particulars)
    }
}
