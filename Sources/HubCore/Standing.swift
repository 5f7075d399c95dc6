package import AuditLog
package import Outcomes

/// What the events so far say of each member: open sessions, mutes, bans.
///
/// The recorder holds one and each shard a copy; both change only by applying recorded events in
/// `seq` order, so they agree at equal `seq`.
package struct Standing: Sendable, Equatable {
    /// One member's facts; times in microseconds since 2000-01-01 UTC, 0 for none.
    package struct Member: Sendable, Equatable {
        package var sessions = 0
        package var mutedUntil: Int64 = 0
        package var bannedUntil: Int64 = 0
        package init() {}
    }

    private var members: [UUID16: Member] = [:]

    package init() {}

    package subscript(_ subject: UUID16) -> Member { members[subject] ?? Member() }

    package func isKnown(_ subject: UUID16) -> Bool { members[subject] != nil }

    /// Members with a fact, for comparisons in tests.
    package var count: Int { members.count }

    /// Puts a sanction read back from the record in force.
    package mutating func restore(subject: UUID16, mutedUntil: Int64, bannedUntil: Int64) {
        members[subject, default: Member()].mutedUntil = mutedUntil
        members[subject, default: Member()].bannedUntil = bannedUntil
    }

    /// Applies one recorded event.
    ///
    /// - Parameter until: end of a mute or ban, microseconds since 2000-01-01 UTC; nil for none.
    /// - Returns: whether a fact that verdicts rest on has changed.
    package mutating func apply(
        _ kind: EventKind,
        _ disposition: Disposition,
        subject: UUID16?,
        until: Int64?
    ) -> Bool {
        if kind == .hubStarted {
            endSessions()
            return false
        }
        guard let subject, disposition == .allow else { return false }
        var member = self[subject]
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

    /// Sessions of the run before are gone, however it ended.
    private mutating func endSessions() {
        for subject in Array(members.keys) {
            members[subject]?.sessions = 0
            if members[subject] == Member() { members[subject] = nil }
        }
    }

    package mutating func apply(_ proposal: Proposal) -> Bool {
        apply(
            proposal.kind,
            proposal.disposition,
            subject: proposal.subject,
            until: proposal.until
        )
    }
}
