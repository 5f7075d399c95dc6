package import AuditLog
import JSONDocument
import Outcomes
import PolicyEngine

// Tokens over time: told before they expire, renewed in place, and rights follow the newest claims.
extension Shard {
    /// A fresh token for the same member: its claims count from its event on.
    func renew(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        let session = sessions[slot: slot]!
        func refuse(_ outcome: Outcome, _ stage: Stage, _ judged: Judged? = nil) {
            self.refuse(
                payload,
                slot,
                outcome,
                stage: stage,
                envelope: envelope,
                started: started,
                message: judged?.verdict.say,
                judged: judged
            )
        }
        let arrival: Arrival
        switch output.arrival(bearing: envelope.token, to: session, at: now) {
        case .failure(let refused): return refuse(refused.outcome, .token)
        case .success(let verified): arrival = verified
        }
        guard arrival.subject == session.subject else { return refuse(.otherMember, .token) }
        if standing.isRevoked(arrival.token, of: arrival.subject) {
            return refuse(.tokenRevoked, .token)
        }
        if standing[session.subject].bannedUntil > now.wall { return refuse(.banned, .limits) }
        let verdict = verdict(on: arrival, at: now, counting: .settled)
        if verdict.disposition > .redact {
            let judged = Judged(verdict: verdict, heads: nil)
            return refuse(.connectionRefused, .connectRules, judged)
        }
        var proposal = proposal(.renew, .allow, slot, envelope, payload)
        introduce(arrival, &proposal)
        proposal.reply = .renewed(
            name: arrival.name,
            expiresAt: arrival.expiresAt,
            tokenExpiresAt: arrival.tokenExpiresAt,
            token: arrival.token
        )
        var particulars = Particulars(bytes: payload.count, started: started)
        particulars.verdict = verdict
        record(&proposal, particulars)
    }

    /// A renewal is durable: the session goes on with the new claims, without the channels that they
    /// no longer open.
    func renewed(
        _ slot: Int,
        _ proposal: Proposal,
        name: String,
        expiresAt: Int64,
        tokenExpiresAt: Int64,
        token: TokenMark
    ) {
        guard case .member(let entry) = proposal.change, let subject = proposal.subject else {
            return
        }
        let member = bundle.members.member(id: "\(subject)", name: name, claims: entry.claims)
        sessions[slot: slot]?.renew(
            member: member,
            readBy: bundle,
            claims: entry.claims,
            at: now.unixSeconds,
            expiresAt: expiresAt,
            tokenExpiresAt: tokenExpiresAt,
            token: token
        )
        judgeJoinsAgain(slot)
    }

    /// Ends a session's stay in channels that it could not join any more.
    private func judgeJoinsAgain(_ slot: Int) {
        guard let session = sessions[slot: slot] else { return }
        counting = .settled
        for channel in session.channels {
            let started = ticks()
            let judged = judge(.join, session, in: channel.name)
            guard judged.verdict.disposition > .redact else { continue }
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            var proposal = proposal(.leave, .allow, slot, nil, nothing)
            proposal.dependsOnState = false
            proposal.channel = channel.index
            proposal.channelName = channel.name
            proposal.reply = .removed(say: judged.verdict.say)
            var particulars = Particulars(started: started)
            particulars.detail = Detail(.blocked)
            particulars.rules = judged.verdict.rules
            record(&proposal, particulars)
        }
    }

    /// Ends the sessions whose token was verified by a key that its issuer has withdrawn.
    ///
    /// - Parameter keys: marks of all keys that count now (`TokenMark.key`).
    package func endSessions(without keys: Set<UUID16>) {
        for slot in sessions.slots { end(slot, unlessIn: keys) }
    }

    /// Ends a session whose token was verified by none of these keys.
    package func end(_ slot: Int, unlessIn keys: Set<UUID16>) {
        guard let key = sessions[slot: slot]?.token.key, !keys.contains(key) else { return }
        end(slot, .tokenRevoked)
    }

    /// Ends a session whose time is over, and tells a client once that its token expires soon.
    package func endOrTell(_ slot: Int, at now: Instant) {
        guard let session = sessions[slot: slot] else { return }
        if session.expiresAt <= now.unixSeconds { return end(slot, .expired) }
        guard session.isExpiring(at: now.unixSeconds) else { return }
        session.isToldOfExpiry = true
        var text: [UInt8] = []
        text.json("{\"type\":\"expiring\",\"expires_at\":")
        text.json(session.expiresAt)
        text.json("}")
        output.sendText(text, to: slot)
    }
}
