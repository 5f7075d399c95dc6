import AuditLog
import HubCore
import Hummingbird

// Sessions and sanctions: answered from the hub's memory, PostgreSQL or not.
extension OperatorsAPI {
    /// `GET sessions`: those in channels that the caller reaches.
    func listSessions(_ call: Call) async throws(CallFault) -> Answer {
        let input = call.input
        try input.only("subject", "channel", "limit", "after")
        let subject = try input.uuid("subject")
        let channel = try input.text("channel")
        let limit = Int(try input.number("limit", 1...1000) ?? 100)
        let after = try input.uuid("after").map { "\($0)" } ?? ""
        let decision = try await record(
            OperatorCall(.listSessions, by: call.actor, subject: subject, channel: channel)
        )
        let sessions = await hub.sessions()
            .filter { subject == nil || $0.subject == subject }
            .compactMap { SessionBody($0, seenBy: call.actor) }
            .filter { channel == nil || $0.channels.contains(channel ?? "") }
            .filter { $0.session > after }
            .sorted { $0.session < $1.session }
        return .json(
            .ok,
            SessionsBody(
                decision: "\(decision)",
                sessions: Array(sessions.prefix(limit)),
                isMore: sessions.count > limit
            )
        )
    }

    /// `POST sessions/end`: one session, or all of a subject.
    func endSessions(_ call: Call) async throws(CallFault) -> Answer {
        let input = call.input
        try input.only("session", "subject", "reason")
        let session = try input.uuid("session")
        var subject = try input.uuid("subject")
        guard (session == nil) != (subject == nil) else {
            throw CallFault(bad: "session", "given, or else 'subject'")
        }
        let reason = try input.text("reason", bytesMax: OperatorCall.reasonBytesMax)
        let open = await hub.sessions()
        if let session {
            subject = open.first { $0.id == session }?.subject
        }
        let ended = open.filter { $0.id == session || (session == nil && $0.subject == subject) }
        var operation = OperatorCall(.endSessions, by: call.actor, subject: subject, reason: reason)
        if !ended.isEmpty { operation.act = .end(session: session) }
        let decision = try await record(operation)
        return .json(.ok, EndedBody(decision: "\(decision)", ended: ended.count))
    }

    /// `POST sanctions`: mutes or bans, in one channel or on the whole hub.
    func impose(_ call: Call) async throws(CallFault) -> Answer {
        let input = call.input
        try input.only("sanction", "subject", "channel", "seconds", "reason")
        let kind = try Self.sanction(input, mute: .mute, ban: .ban)
        let seconds = try input.number("seconds", 1...Self.secondsMax)
        return try await sanction(call, .impose, kind, seconds: seconds)
    }

    /// `POST sanctions/lift`: ends a mute or a ban.
    func lift(_ call: Call) async throws(CallFault) -> Answer {
        try call.input.only("sanction", "subject", "channel", "reason")
        let kind = try Self.sanction(call.input, mute: .unmute, ban: .unban)
        return try await sanction(call, .lift, kind, seconds: nil)
    }

    /// `POST tokens/revoke`: one token, or all of a member that were issued so far.
    func revoke(_ call: Call) async throws(CallFault) -> Answer {
        let input = call.input
        try input.only("subject", "issuer", "jti", "reason")
        let subject = try input.uuid("subject")
        let issuer = try input.text("issuer")
        let id = try input.text("jti")
        guard (subject == nil) != (id == nil), (id == nil) == (issuer == nil) else {
            throw CallFault(bad: "subject", "given, or else 'issuer' and 'jti'")
        }
        // A slip would leave the token in use, and say that it is revoked.
        if let issuer, !hub.issuers.contains(issuer) {
            let known = hub.issuers.map { "'\($0)'" }.joined(separator: ", ")
            throw CallFault(bad: "issuer", "an issuer whose tokens this hub takes: \(known)")
        }
        var token: UUID16?
        if let issuer, let id { token = hub.tokenMark(issuer: issuer, id: id) }
        let decision = try await record(
            OperatorCall(
                .revoke,
                by: call.actor,
                subject: subject,
                reason: try input.text("reason", bytesMax: OperatorCall.reasonBytesMax),
                act: .revoke(token: token, until: hub.tokensEnd)
            )
        )
        return .json(.ok, DecisionBody(decision: "\(decision)"))
    }

    private func sanction(
        _ call: Call,
        _ name: OperatorCall.Name,
        _ kind: EventKind,
        seconds: Int64?
    ) async throws(CallFault) -> Answer {
        guard let subject = try call.input.uuid("subject") else {
            throw CallFault(missing: "subject", "the member's pseudonym")
        }
        let until = seconds.map { hub.now + $0 * 1_000_000 }
        let decision = try await record(
            OperatorCall(
                name,
                by: call.actor,
                subject: subject,
                channel: try call.input.text("channel"),
                reason: try call.input.text("reason", bytesMax: OperatorCall.reasonBytesMax),
                act: .sanction(kind, until: until)
            )
        )
        return .json(.ok, DecisionBody(decision: "\(decision)"))
    }

    private static func sanction(
        _ input: CallInput,
        mute: EventKind,
        ban: EventKind
    ) throws(CallFault) -> EventKind {
        switch try input.text("sanction") {
        case "mute": mute
        case "ban": ban
        default: throw CallFault(bad: "sanction", "'mute' or 'ban'")
        }
    }

    /// Ten years; without `seconds` there is no end.
    private static let secondsMax: Int64 = 315_360_000
}

/// A member's open session; of its channels those that the caller reaches.
private struct SessionBody: Encodable {
    let session: String
    let subject: String
    let channels: [String]
    let expiresAt: Int64

    /// Nil when the caller reaches none of its channels.
    init?(_ open: OpenSession, seenBy actor: Operator) {
        channels = open.channels.filter(actor.reaches).sorted()
        guard actor.reach == .hub || !channels.isEmpty else { return nil }
        session = "\(open.id)"
        subject = "\(open.subject)"
        expiresAt = open.expiresAt
    }
}

private struct SessionsBody: Encodable {
    let decision: String
    let sessions: [SessionBody]
    let isMore: Bool
}

private struct EndedBody: Encodable {
    let decision: String
    let ended: Int
}

struct DecisionBody: Encodable {
    let decision: String
}
