package import AuditLog
package import Outcomes
package import PolicyEngine

/// Who asks to connect, after the token was verified.
package struct Arrival: Sendable {
    package var subject: UUID16
    package var issuer: String
    package var name: String
    /// `sub` of the token.
    package var sub: String
    /// When the session ends, Unix seconds: `exp` and the issuer's leeway.
    package var expiresAt: Int64
    /// `exp`, Unix seconds.
    package var tokenExpiresAt: Int64
    package var token: TokenMark
    /// Address, user agent and origin as JSON text: content, never in the event.
    package var connection: [UInt8]
    /// The token's claims as JSON text, for the subject's row and the facts of rules.
    package var claims: String
    package var request: RequestFacts

    package init(
        subject: UUID16,
        issuer: String,
        sub: String,
        name: String,
        expiresAt: Int64,
        tokenExpiresAt: Int64,
        token: TokenMark,
        connection: [UInt8],
        claims: String,
        request: RequestFacts
    ) {
        self.subject = subject
        self.issuer = issuer
        self.sub = sub
        self.name = name
        self.expiresAt = expiresAt
        self.tokenExpiresAt = tokenExpiresAt
        self.token = token
        self.connection = connection
        self.claims = claims
        self.request = request
    }
}

extension Shard {
    /// Judges a verified arrival against sanctions and limits.
    ///
    /// - Returns: the refusal, or nil when it may be admitted.
    package func refusal(of arrival: Arrival, at now: Instant) -> Outcome? {
        if hasFailed { return .recordUnavailable }
        if isFull { return .busy }
        let member = standing[arrival.subject]
        if member.bannedUntil > now.wall { return .banned }
        if standing.isRevoked(arrival.token, of: arrival.subject) { return .tokenRevoked }
        if member.sessions >= bundle.limits.sessionsPerSubject { return .tooManySessions }
        return nil
    }

    /// What the policy's connection rules say of a verified arrival.
    ///
    /// - Parameter counting: how it counts for the rules with a rate.
    package func verdict(
        on arrival: Arrival,
        at now: Instant,
        counting: Counting = .once
    ) -> Verdict {
        judge.judge(
            .connect,
            in: Circumstances(
                now: now.wall,
                request: arrival.request,
                subject: member(arrival),
                strikes: standing[arrival.subject].strikes
            ),
            counting: counting
        )
    }

    private func member(_ arrival: Arrival) -> MemberFacts {
        bundle.members.member(
            id: "\(arrival.subject)",
            name: arrival.name,
            claims: arrival.claims
        )
    }

    /// Proposes an admitted arrival; `handshakeRecorded(ticket:)` says when it is durable.
    ///
    /// - Returns: the session's id.
    package func proposeConnect(
        _ arrival: Arrival,
        verdict: Verdict,
        ticket: Int,
        at now: Instant
    ) -> UUID16 {
        self.now = now
        let id = entropy.uuid7(unixMs: UInt64(now.wall / 1000 + 946_684_800_000))
        var proposal = proposal(.connect, subject: arrival.subject, session: id)
        proposal.dependsOnState = true
        introduce(arrival, &proposal)
        proposal.reply = .handshake(ticket: ticket)
        var particulars = Particulars(started: ticks())
        particulars.verdict = verdict
        particulars.parts.connection(arrival.connection)
        record(&proposal, particulars)
        return id
    }

    /// Brings who a token speaks for, and what it claims, into the record.
    func introduce(_ arrival: Arrival, _ proposal: inout Proposal) {
        proposal.change = .member(RosterEntry(member(arrival), claims: arrival.claims))
        let start = batch.bytes.count
        SubjectRow(
            pseudonym: arrival.subject,
            issuer: arrival.issuer,
            sub: arrival.sub,
            name: arrival.name,
            claims: arrival.claims,
            firstSeen: now.wall
        ).encode(into: &batch.bytes)
        proposal.row = (.subject, start..<batch.bytes.count)
    }

    /// Proposes the record of a refused handshake.
    ///
    /// - Parameters:
    ///   - bearer: who asked, with which token; nil before it was verified. Where somebody comes from
    ///     who was forgotten since it was issued, the record doesn't learn.
    ///   - verdict: that of the connection rules, when it got so far.
    package func proposeRefusal(
        _ outcome: Outcome,
        stage: Stage,
        bearer: (subject: UUID16, token: TokenMark)?,
        connection: [UInt8],
        verdict: Verdict? = nil,
        ticket: Int,
        at now: Instant
    ) {
        self.now = now
        var proposal = proposal(.connect, .block, subject: bearer?.subject)
        proposal.reply = .handshake(ticket: ticket)
        var particulars = Particulars(stage: stage, started: ticks())
        particulars.detail = Detail(outcome)
        particulars.verdict = verdict
        let isForgotten = bearer.map { standing.isForgotten($0.token, of: $0.subject) } ?? false
        if !isForgotten { particulars.parts.connection(connection) }
        record(&proposal, particulars)
    }

    /// Proposes one event for refusals of one address that were only counted.
    package func proposeRefusedSummary(count: Int, connection: [UInt8], at now: Instant) {
        self.now = now
        var proposal = proposal(.refusedSummary, .block)
        var particulars = Particulars(stage: .limits, started: ticks())
        particulars.detail.number("count", Int64(count))
        particulars.parts.connection(connection)
        record(&proposal, particulars)
    }

    /// A recorded arrival becomes a session; returns its `welcome` as JSON text.
    package func open(_ arrival: Arrival, id: UUID16, slot: Int, pingIntervalMs: Int64) -> [UInt8] {
        let limits = bundle.limits
        sessions[slot: slot] = Session(
            id: id,
            subject: arrival.subject,
            member: member(arrival),
            readBy: bundle,
            claims: arrival.claims,
            request: arrival.request,
            openedAt: now.unixSeconds,
            expiresAt: arrival.expiresAt,
            tokenExpiresAt: arrival.tokenExpiresAt,
            token: arrival.token,
            rate: Allowance(perSecond: limits.messagesPerSecond, atOnce: limits.burst),
            byteRate: accounts.limits.connectionBytes,
            accounts: accounts.ofSession(
                subject: arrival.subject,
                address: arrival.request.address,
                nowNs: now.monotonicNs
            )
        )
        var text: [UInt8] = []
        text.json("{\"type\":\"welcome\",\"session\":\"")
        id.appendText(to: &text)
        text.json("\",\"subject\":\"")
        arrival.subject.appendText(to: &text)
        text.json("\",\"expires_at\":")
        text.json(arrival.expiresAt)
        text.json(",\"limits\":{\"frame_bytes\":")
        text.json(Int64(limits.frameBytesMax))
        text.json(",\"message_bytes\":")
        text.json(Int64(limits.messageBytesMax))
        text.json(",\"messages_per_second\":")
        text.json(Int64(limits.messagesPerSecond))
        text.json(",\"messages_at_once\":")
        text.json(Int64(limits.burst))
        text.append(contentsOf: accounts.welcomeJSON)
        text.json("},\"ping_interval_ms\":")
        text.json(pingIntervalMs)
        text.json(",\"resume_token\":")
        text.json(string: resumeToken(id, arrival.subject, expiresAt: arrival.expiresAt))
        text.json("}")
        return text
    }

    /// The connection of a session has gone: its memberships end now, the record learns of it.
    package func disconnected(_ slot: Int, outcome: Outcome, at now: Instant) {
        guard let session = sessions[slot: slot] else { return }
        self.now = now
        for channel in session.channels { remove(slot, from: channel.index) }
        takeWaiting(session)
        sessions.release(slot)
        proposeDisconnect(session.id, session.subject, outcome)
    }

    /// An admitted client went away before its session began.
    package func abandoned(_ id: UUID16, subject: UUID16, at now: Instant) {
        self.now = now
        proposeDisconnect(id, subject, .goingAway)
    }

    private func proposeDisconnect(_ id: UUID16, _ subject: UUID16, _ outcome: Outcome) {
        var proposal = proposal(.disconnect, subject: subject, session: id)
        var particulars = Particulars(started: ticks())
        particulars.detail = Detail(outcome)
        record(&proposal, particulars)
    }

    /// Bytes that are no frame of RFC 6455, or a message over the limits: recorded, then closed.
    package func unusable(
        _ payload: UnsafeRawBufferPointer,
        _ outcome: Outcome,
        from slot: Int,
        at now: Instant
    ) {
        guard let session = sessions[slot: slot], !session.isEnding else { return }
        self.now = now
        let isKept = !payload.isEmpty && !TokenTraces.areIn(payload)
        breakOff(payload, outcome, slot, stage: .frame, isKept: isKept)
    }

    /// Ends a session for what it sent, once that is recorded; what comes behind is judged no more.
    func breakOff(
        _ payload: UnsafeRawBufferPointer,
        _ outcome: Outcome,
        _ slot: Int,
        stage: Stage,
        isKept: Bool
    ) {
        var proposal = proposal(.frame, .block, slot, nil, payload)
        proposal.dependsOnState = false
        proposal.reply = .close(outcome)
        var particulars = Particulars(stage: stage, bytes: payload.count, started: ticks())
        particulars.detail = Detail(outcome)
        if isKept { particulars.parts.original(payload) }
        record(&proposal, particulars)
        sessions[slot: slot]?.isEnding = true
    }
}
