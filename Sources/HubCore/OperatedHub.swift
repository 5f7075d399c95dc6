package import AuditLog
package import Outcomes

/// A running hub as its operators' API sees it.
package protocol OperatedHub: Sendable {
    /// The wall clock, microseconds since 2000-01-01 UTC.
    var now: Int64 { get }
    /// Who a bearer token speaks for; `forbidden` when it is good and gives no rights here.
    func authenticate(bearer token: String) -> Result<Operator, CallRefused>
    /// When a token that was issued now has expired at the latest, microseconds since 2000-01-01 UTC.
    var tokensEnd: Int64 { get }
    /// The issuers whose tokens count, each as its `iss`.
    var issuers: [String] { get }
    /// By what a token of an issuer is revoked.
    func tokenMark(issuer: String, id: String) -> UUID16
    /// Records a call, which then has taken effect.
    ///
    /// - Returns: its decision; or that it could not be recorded, and so did nothing.
    func carryOut(_ call: OperatorCall) async -> Result<Decision, CallRefused>
    /// Every open session, in no order.
    func sessions() async -> [OpenSession]
    /// Who belongs to a channel or is in it; nil when nobody is and nobody does.
    func roster(of channel: String) async -> [RosterPlace]?
    /// Channels that anyone belongs to or is in, or that something is set for, by name.
    func channels() async -> [OpenChannel]
    /// Puts policies in force that the record has.
    ///
    /// - Parameter digest: 32 bytes; nil for those of the hub's folder.
    /// - Returns: the activation's decision, or why they are not in force.
    func activate(
        digest: [UInt8]?,
        _ call: OperatorCall
    ) async -> Result<Decision, PoliciesRefused>
    /// Asks the record in PostgreSQL.
    ///
    /// - Returns: JSON text.
    /// - Throws: when PostgreSQL can't be asked now.
    func ask(_ question: RecordQuestion) async throws -> String
}

/// Why a token is not taken, or a call of the operators' API came to nothing.
package struct CallRefused: Error, Sendable {
    package let outcome: Outcome
    /// The refusal's, when it was recorded.
    package let decision: Decision?

    package init(_ outcome: Outcome, _ decision: Decision? = nil) {
        self.outcome = outcome
        self.decision = decision
    }
}

/// Why policies can't be in force: one line, or each fault with its place.
package struct PoliciesRefused: Error {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// An open session.
package struct OpenSession: Sendable {
    package let id: UUID16
    package let subject: UUID16
    package let channels: [String]
    /// Unix seconds.
    package let expiresAt: Int64
}

/// A channel and how many people are in it.
package struct OpenChannel: Sendable {
    package let name: String
    package let heads: Heads
    /// Seconds between two messages of one member; 0 for any.
    package let slowSeconds: Int
    package let isFrozen: Bool
}

/// A member's place in a channel.
package struct RosterPlace: Sendable {
    package let subject: UUID16
    /// Whether the newest claims name the channel, or somebody has enrolled the member.
    package let belongs: Bool
    package let isEnrolled: Bool
    /// Sessions that are in it.
    package let sessions: Int
    package let isMinor: Bool
    package let isModerator: Bool
}

/// What the API asks the record.
package enum RecordQuestion: Sendable {
    /// What is in force, of one subject or of all.
    case sanctions(subject: UUID16?, channel: String?)
    case policies
    case search(RecordSearch)
    /// One event, as `audit.decision` tells it.
    case decision(log: Int32, seq: Int64)
    /// Its texts and names.
    case content(log: Int32, seq: Int64)
}

/// Events of the trail, newest first.
package struct RecordSearch: Sendable {
    package var subject: UUID16?
    package var channel: String?
    /// A kind's name, such as `message`.
    package var kind: String?
    package var disposition: String?
    package var rule: String?
    /// ISO 8601.
    package var since: String?
    package var until: String?
    /// Only events before this one.
    package var before: (log: Int32, seq: Int64)?
    /// 1 to 1000.
    package var limit = 100

    package init() {}
}

extension Shard {
    /// This shard's open sessions, in no order.
    package var openSessions: [OpenSession] {
        sessions.slots.compactMap { slot in
            sessions[slot: slot].map {
                OpenSession(
                    id: $0.id,
                    subject: $0.subject,
                    channels: $0.channels.map(\.name),
                    expiresAt: $0.expiresAt
                )
            }
        }
    }

    /// Who belongs to a channel or is in it; nil when nobody is and nobody does.
    package func places(in channel: String, at now: Instant) -> [RosterPlace]? {
        roster.places(in: channel, at: now.wall)
    }
}
