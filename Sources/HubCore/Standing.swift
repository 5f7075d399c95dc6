package import AuditLog
package import Outcomes
package import PolicyEngine

/// What the events so far say of each member: open sessions, mutes, bans, strikes.
///
/// The recorder holds one and each shard a copy; both change only by applying recorded events in
/// `seq` order, so they agree at equal `seq`.
package struct Standing: Sendable, Equatable {
    /// How long a strike counts at most, in microseconds: 90 days. No rule can look back further.
    package static let strikeLifetime: Int64 = 90 * 86_400_000_000
    /// Strikes of one member by one rule that are remembered, the newest: as many as a rule can ask
    /// for.
    package static let strikesMax = 100
    /// Channels in which one member is muted or banned at a time, each by itself: who has that many
    /// is sanctioned on the whole hub.
    package static let channelsMax = 256

    /// One member's facts; times in microseconds since 2000-01-01 UTC, 0 for none.
    package struct Member: Sendable, Equatable {
        package var sessions = 0
        package var mutedUntil: Int64 = 0
        package var bannedUntil: Int64 = 0
        /// Tokens issued up to then are revoked.
        package var revokedThrough: Int64 = 0
        /// When the member was forgotten: tokens issued up to then are revoked, too.
        package var forgottenThrough: Int64 = 0
        /// In the order of their time; some may have decayed.
        package var strikes: [Strike] = []
        /// What holds in single channels, by name; some may be over.
        package var channels: [String: InChannel] = [:]
        package init() {}
    }

    /// A member's sanctions in one channel; times as the member's.
    package struct InChannel: Sendable, Equatable {
        package var mutedUntil: Int64 = 0
        package var bannedUntil: Int64 = 0
    }

    private var members: [UUID16: Member] = [:]
    /// Revoked tokens, and when they have expired.
    private var revoked: [UUID16: Int64] = [:]
    /// Sessions that were gone on with, and when their tokens count no longer.
    private var resumed: [UUID16: Int64] = [:]
    /// When the first of them counts no longer.
    private var resumedEndsFirst = Int64.max
    /// How many of them there may be before those are forgotten that count no longer, and when they
    /// last were.
    private var resumedSweepAt = 1 << 10
    private var resumedSweptAt = Int64.min
    private let resumedMax: Int
    /// When all members' strikes were last looked through for decayed ones.
    private var sweptAt: Int64 = 0

    /// - Parameter resumedMax: resumptions within a token's life that are remembered, some 50 MB; past
    ///   it they are refused as `busy`.
    package init(resumedMax: Int = 1 << 20) {
        self.resumedMax = resumedMax
    }

    package subscript(_ subject: UUID16) -> Member { members[subject] ?? Member() }

    package func isKnown(_ subject: UUID16) -> Bool { members[subject] != nil }

    /// Members with a fact, for comparisons in tests.
    package var count: Int { members.count }

    /// Until when a member may not write in a channel: the hub's mute, or its own.
    package func mutedUntil(_ subject: UUID16, in channel: String) -> Int64 {
        guard let member = members[subject] else { return 0 }
        return max(member.mutedUntil, member.channels[channel]?.mutedUntil ?? 0)
    }

    /// Until when a member may not be in a channel.
    package func bannedUntil(_ subject: UUID16, from channel: String) -> Int64 {
        members[subject]?.channels[channel]?.bannedUntil ?? 0
    }

    /// Whether one more sanction of a member in a channel can be remembered.
    ///
    /// - Parameter now: microseconds since 2000-01-01 UTC.
    package func hasRoom(for channel: String, of subject: UUID16, at now: Int64) -> Bool {
        guard let channels = members[subject]?.channels, channels.count >= Self.channelsMax else {
            return true
        }
        return channels[channel] != nil
            || channels.values.lazy.filter { !$0.isOver(at: now) }.count < Self.channelsMax
    }

    /// Applies one recorded event.
    ///
    /// - Parameters:
    ///   - channel: where a sanction holds; nil for the whole hub.
    ///   - until: end of a mute or ban, microseconds since 2000-01-01 UTC; nil for none.
    ///   - at: the event's time, as `until`.
    /// - Returns: whether a fact that verdicts rest on has changed.
    package mutating func apply(
        _ kind: EventKind,
        _ disposition: Disposition,
        subject: UUID16?,
        channel: String?,
        until: Int64?,
        at: Int64
    ) -> Bool {
        if kind == .hubStarted {
            endSessions()
            return false
        }
        guard let subject, disposition == .allow else { return false }
        var member = self[subject]
        if let channel, member.apply(kind, in: channel, until: until, at: at) {
            members[subject] = member == Member() ? nil : member
            return true
        }
        switch kind {
        case .connect: member.sessions += 1
        case .disconnect: member.sessions = max(0, member.sessions - 1)
        case .mute: member.mutedUntil = until ?? .max
        case .unmute: member.mutedUntil = 0
        case .ban: member.bannedUntil = until ?? .max
        case .unban: member.bannedUntil = 0
        default: return false
        }
        members[subject] = member == Member() ? nil : member
        return true
    }

    /// Whether a token counts no longer. One that doesn't say when it was issued is older than any
    /// revocation.
    package func isRevoked(_ token: TokenMark, of subject: UUID16) -> Bool {
        if let id = token.id, revoked[id] != nil { return true }
        guard let member = members[subject] else { return false }
        return token.isIssued(through: max(member.revokedThrough, member.forgottenThrough))
    }

    /// Whether a token's bearer has been forgotten since it was issued.
    package func isForgotten(_ token: TokenMark, of subject: UUID16) -> Bool {
        guard let member = members[subject] else { return false }
        return token.isIssued(through: member.forgottenThrough)
    }

    /// Revokes one token, or all of a subject that were issued up to a time.
    ///
    /// - Parameters:
    ///   - at: when, microseconds since 2000-01-01 UTC.
    ///   - until: when what is revoked has expired.
    package mutating func revoke(token: UUID16?, of subject: UUID16?, at: Int64, until: Int64) {
        if let token {
            // Each revocation looks through those that are left: people make them, by hand.
            revoked = revoked.filter { $0.value > at }
            revoked[token] = until
        } else if let subject {
            members[subject, default: Member()].revokedThrough = at
        }
    }

    /// Forgets a subject: what was issued up to a time, microseconds since 2000-01-01 UTC, is revoked.
    package mutating func forget(_ subject: UUID16, at: Int64) {
        members[subject, default: Member()].forgottenThrough = at
    }

    /// Whether a session was gone on with already.
    package func isResumed(_ session: UUID16) -> Bool { resumed[session] != nil }

    /// Whether one more can be remembered: while there is room, or some can be forgotten. That is
    /// looked through once a second at most.
    ///
    /// - Parameter now: microseconds since 2000-01-01 UTC.
    package func hasRoomToResume(at now: Int64) -> Bool {
        if resumed.count < resumedMax { return true }
        return resumedEndsFirst <= now && resumedSweptAt <= now - 1_000_000
    }

    /// A session is gone on with: its tokens are used up.
    ///
    /// - Parameters:
    ///   - at: when, microseconds since 2000-01-01 UTC.
    ///   - until: when its tokens count no longer.
    package mutating func resume(from session: UUID16, at: Int64, until: Int64) {
        if resumed.count >= min(resumedSweepAt, resumedMax), resumedEndsFirst <= at {
            resumed = resumed.filter { $0.value > at }
            resumedEndsFirst = resumed.values.min() ?? .max
            resumedSweepAt = max(1 << 10, 2 * resumed.count)
            resumedSweptAt = at
        }
        resumed[session] = until
        resumedEndsFirst = min(resumedEndsFirst, until)
    }

    /// Counts a strike; the time of a recorded event never goes back.
    package mutating func apply(_ strike: Strike, to subject: UUID16) {
        let end = strike.at - Self.strikeLifetime
        var strikes = members[subject]?.strikes ?? []
        strikes.append(strike)
        if strikes.lazy.filter({ $0.rule == strike.rule }).count > Self.strikesMax,
            let oldest = strikes.firstIndex(where: { $0.rule == strike.rule })
        {
            strikes.remove(at: oldest)
        }
        members[subject, default: Member()].strikes = Self.current(strikes, after: end)
        guard sweptAt <= end else { return }
        sweptAt = strike.at
        for (subject, member) in members where !member.strikes.isEmpty {
            members[subject]?.strikes = Self.current(member.strikes, after: end)
            if members[subject] == Member() { members[subject] = nil }
        }
    }

    private static func current(_ strikes: [Strike], after end: Int64) -> [Strike] {
        Array(strikes.drop { $0.at <= end })
    }

    /// Sessions of the run before are gone, however it ended.
    private mutating func endSessions() {
        for subject in Array(members.keys) {
            members[subject]?.sessions = 0
            if members[subject] == Member() { members[subject] = nil }
        }
    }

    /// Applies one recorded proposal.
    ///
    /// - Parameter at: its time, microseconds since 2000-01-01 UTC.
    /// - Returns: whether a fact that verdicts rest on has changed.
    package mutating func apply(_ proposal: Proposal, at: Int64) -> Bool {
        if case .strike(let rule, let count) = proposal.change, let subject = proposal.subject {
            apply(Strike(rule: rule, at: at, count: count), to: subject)
            return true
        }
        if case .revoke(let token, let until) = proposal.change {
            revoke(token: token, of: proposal.subject, at: at, until: until)
            return true
        }
        if proposal.kind == .erase, let subject = proposal.subject {
            forget(subject, at: at)
            return true
        }
        if case .resumed(let session, let until) = proposal.change {
            resume(from: session, at: at, until: until)
            return true
        }
        return apply(
            proposal.kind,
            proposal.disposition,
            subject: proposal.subject,
            channel: proposal.channelName,
            until: proposal.until,
            at: at
        )
    }
}

extension Standing.Member {
    /// Applies an event of one channel; whether it was a sanction or the end of one.
    fileprivate mutating func apply(
        _ kind: EventKind,
        in channel: String,
        until: Int64?,
        at: Int64
    ) -> Bool {
        var here = channels[channel] ?? Standing.InChannel()
        switch kind {
        case .mute: here.mutedUntil = until ?? .max
        case .unmute: here.mutedUntil = 0
        case .ban: here.bannedUntil = until ?? .max
        case .unban: here.bannedUntil = 0
        default: return false
        }
        if channels.count >= Standing.channelsMax {
            channels = channels.filter { !$0.value.isOver(at: at) }
        }
        channels[channel] = here == Standing.InChannel() ? nil : here
        return true
    }
}

extension Standing.InChannel {
    fileprivate func isOver(at now: Int64) -> Bool { mutedUntil <= now && bannedUntil <= now }
}
