package import AuditLog
package import Outcomes

/// A call of the operators' API: judged for rights, and recorded before it is answered.
package struct OperatorCall: Sendable {
    /// What is asked for; the raw value is `call` in the event's `detail`.
    package enum Name: String, CaseIterable, Sendable {
        case listSessions = "sessions.list"
        case endSessions = "sessions.end"
        case listChannels = "channels.list"
        case readRoster = "channels.roster"
        case slow = "channels.slow"
        case freeze = "channels.freeze"
        case unfreeze = "channels.unfreeze"
        case enrol = "roster.enrol"
        case withdraw = "roster.withdraw"
        case listSanctions = "sanctions.list"
        case impose = "sanctions.impose"
        case lift = "sanctions.lift"
        case revoke = "tokens.revoke"
        case readPolicies = "policies.read"
        case activate = "policies.activate"
        case searchRecord = "record.search"
        case readDecision = "record.decision"
        case readContent = "record.content"

        /// Whether it changes something or shows what people said, so that a reason is asked for.
        package var wantsReason: Bool {
            switch self {
            case .endSessions, .impose, .lift, .revoke, .activate, .readContent, .slow, .freeze,
                .unfreeze, .enrol, .withdraw:
                true
            default: false
            }
        }

        /// Whether its answer is cut to the channels that the caller reaches, so that any reach will
        /// do; the others need the whole hub, or a channel that they are about.
        package var isCut: Bool { self == .listSessions || self == .listChannels }
    }

    /// What happens once it is recorded.
    package enum Act: Sendable {
        /// A mute or ban, or the end of one: in the call's channel, or on the whole hub.
        case sanction(EventKind, until: Int64?)
        /// Seconds of slow mode in the channel; nil leaves it to the bundle.
        case slow(seconds: Int?)
        /// A freeze of the channel, or its end.
        case freeze(EventKind)
        /// The subject is put on the channel's roster, or taken from it.
        case enrolment(EventKind)
        /// Sessions of the subject are closed: one, or all.
        case end(session: UUID16?)
        /// One token by its mark, or those of the subject; `until` they have expired.
        case revoke(token: UUID16?, until: Int64)
    }

    package var name: Name
    package var actor: Operator
    package var subject: UUID16?
    package var channel: String?
    /// Why, in the caller's words: content.
    package var reason: String?
    package var act: Act?
    /// The event that it is about.
    package var refers: Decision?

    package init(
        _ name: Name,
        by actor: Operator,
        subject: UUID16? = nil,
        channel: String? = nil,
        reason: String? = nil,
        act: Act? = nil
    ) {
        self.name = name
        self.actor = actor
        self.subject = subject
        self.channel = channel
        self.reason = reason
        self.act = act
    }

    /// Why the caller may not; nil for one who may.
    package var refusal: Outcome? {
        if actor.reach == .hub || name.isCut { return nil }
        guard let channel, actor.reaches(channel) else { return .forbidden }
        return nil
    }

    /// Whether what it does holds in its channel, whose name then is a part of what is in force.
    fileprivate var isAboutChannel: Bool {
        switch act {
        case .slow, .freeze, .enrolment, .sanction: channel != nil
        case .end, .revoke, nil: false
        }
    }

    /// Bytes of UTF-8 that a reason may have.
    package static let reasonBytesMax = 1000
}

extension Shard {
    /// Proposes a call's event; what it does comes into force with it.
    /// `handshakeRecorded(ticket:)` says when it is durable and whether it was refused, or that it
    /// will not be recorded.
    package func propose(_ call: OperatorCall, ticket: Int, at now: Instant) {
        self.now = now
        var particulars = Particulars(started: ticks())
        particulars.detail.code("by", "operator")
        particulars.detail.code("operator", "\(call.actor.pseudonym)")
        particulars.detail.code("call", call.name.rawValue)
        let refusal = refusal(of: call)
        var proposal = proposal(
            refusal == nil ? call.kind : .operation,
            refusal == nil ? .allow : .block,
            subject: call.subject
        )
        if let refusal {
            particulars.detail.code("code", refusal.rawValue)
            particulars.stage = .state
        } else if let act = call.act {
            proposal.carry(act)
            particulars.detail.add(act)
        }
        // Any other name is text that somebody typed: it stands in the content.
        if let channel = call.channel,
            roster.holds(channel) || refusal == nil && call.isAboutChannel
        {
            proposal.channelName = channel
        }
        proposal.reply = .handshake(ticket: ticket, refusal: refusal)
        particulars.refers = call.refers
        particulars.parts.reason(call.account)
        record(&proposal, particulars)
    }

    private func refusal(of call: OperatorCall) -> Outcome? {
        let actor = call.actor
        if standing.isRevoked(actor.token, of: actor.pseudonym) { return .tokenRevoked }
        if standing[actor.pseudonym].bannedUntil > now.wall { return .banned }
        if let refusal = call.refusal { return refusal }
        guard call.isAboutChannel, let channel = call.channel else { return nil }
        guard actor.reach != .hub else {
            return isNameable(channel, call.subject) ? nil : .unknownChannel
        }
        // What a moderator is under, somebody else lifts.
        if call.subject == actor.pseudonym, case .sanction = call.act { return .forbidden }
        // Sanctions in channels that nobody is in would use up what a member can have of them.
        let isThere = roster.holds(channel) || isSetFor(channel, call.subject)
        return isThere ? nil : .unknownChannel
    }
}

extension Proposal {
    fileprivate mutating func carry(_ act: OperatorCall.Act) {
        switch act {
        case .sanction(_, let until): self.until = until
        case .slow(let seconds): change = .slow(seconds: seconds)
        case .freeze, .enrolment: break
        case .end(let session):
            self.session = session
            change = .end(session: session)
        case .revoke(let token, let until): change = .revoke(token: token, until: until)
        }
    }
}

extension Detail {
    fileprivate mutating func add(_ act: OperatorCall.Act) {
        switch act {
        case .sanction(_, let until): if let until { number("until", until) }
        case .slow(let seconds): if let seconds { number("seconds", Int64(seconds)) }
        case .revoke(let token, let until):
            if let token { code("token", "\(token)") }
            number("until", until)
        case .end, .freeze, .enrolment: break
        }
    }
}

extension OperatorCall {
    /// The kind of its event, unless it is refused.
    fileprivate var kind: EventKind {
        switch act {
        case .sanction(let kind, _), .freeze(let kind), .enrolment(let kind): kind
        case .slow: .slow
        case .revoke: .revoke
        case .end, nil: .operation
        }
    }
}

extension OperatorCall {
    /// Who, about what and why, as JSON text: content, for it holds names and free words.
    var account: [UInt8] {
        var text: [UInt8] = []
        text.json("{\"operator\":{\"issuer\":")
        text.json(string: actor.issuer)
        text.json(",\"sub\":")
        text.json(string: actor.sub)
        text.json(",\"name\":")
        text.json(string: actor.name)
        text.json("}")
        if let channel {
            text.json(",\"channel\":")
            text.json(string: channel)
        }
        if let reason {
            text.json(",\"reason\":")
            text.json(string: reason)
        }
        text.json("}")
        return text
    }
}
