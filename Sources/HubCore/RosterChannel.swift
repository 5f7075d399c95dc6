import AuditLog
package import PolicyEngine

/// How many people belong to a channel, and how many of them are in it.
package struct Heads: Hashable, Sendable {
    package var roster = HeadCount()
    package var present = HeadCount()

    package init() {}
}

/// The heads that a verdict rests on; what no condition asks for is left out.
package struct ReadHeads: Sendable {
    package let channel: String
    package let roster: HeadCount?
    package let present: HeadCount?

    package init(channel: String, roster: HeadCount?, present: HeadCount?) {
        self.channel = channel
        self.roster = roster
        self.present = present
    }

    /// Whether they are still the same.
    func hold(in heads: Heads) -> Bool {
        (roster ?? heads.roster) == heads.roster && (present ?? heads.present) == heads.present
    }
}

/// One channel's part of the roster, with its count: counting again is needed only when somebody
/// comes of age.
struct RosterChannel: Sendable {
    /// One member's place.
    struct Seat: Sendable, Equatable {
        /// Whether the member's claims name the channel.
        var isNamed = false
        /// Whether somebody has enrolled the member, whatever the claims say.
        var isEnrolled = false
        /// Sessions of the member that have joined it.
        var joined = 0

        var belongs: Bool { isNamed || isEnrolled }
    }

    private(set) var seats: [UUID16: Seat] = [:]
    private var belongingCount = 0
    /// The count, as it was at `countedAt` and is until `changesAt`.
    private(set) var heads = Heads()
    private var countedAt = Int64.min
    private var changesAt = Int64.max
    /// Who has come or gone since the channel's watchers were told; nil while nobody watches.
    var changes: PresenceChanges?

    var isEmpty: Bool { seats.isEmpty }
    /// Whether anyone belongs to it, so that its name is no stranger's text.
    var isNamed: Bool { belongingCount > 0 }
    /// Members in it, whatever their age.
    var presentCount: Int { heads.present.adults + heads.present.minors }
    func isPresent(_ subject: UUID16) -> Bool { (seats[subject]?.joined ?? 0) > 0 }

    func isCounted(at now: Int64) -> Bool { countedAt <= now && now < changesAt }

    /// Changes a member's seat, and the count by it.
    ///
    /// - Parameters:
    ///   - old: what was known of the member so far; the count rests on it.
    ///   - new: what is known from now on.
    mutating func change(
        _ subject: UUID16,
        from old: RosterEntry?,
        to new: RosterEntry?,
        _ body: (inout Seat) -> Void
    ) {
        let before = seats[subject] ?? Seat()
        var after = before
        body(&after)
        seats[subject] = after == Seat() ? nil : after
        belongingCount += (after.belongs ? 1 : 0) - (before.belongs ? 1 : 0)
        count(before, old, by: -1)
        count(after, new, by: 1)
        if changes != nil, (before.joined > 0) != (after.joined > 0) {
            changes?.touch(subject, knownAs: before.joined > 0 ? old?.name ?? "" : nil)
        }
    }

    /// Counts everyone anew.
    mutating func count(at now: Int64, _ entry: (UUID16) -> RosterEntry?) -> Heads {
        heads = Heads()
        countedAt = now
        changesAt = .max
        for (subject, seat) in seats { count(seat, entry(subject), by: 1) }
        return heads
    }

    private mutating func count(_ seat: Seat, _ entry: RosterEntry?, by step: Int) {
        guard seat != Seat() else { return }
        let age = entry?.ofAgeAt
        let isMinor = age.map { countedAt < $0 } ?? true
        if isMinor, let age { changesAt = min(changesAt, age) }
        let isModerator = entry?.hasModeratorRole ?? false
        heads.roster.count(isMinor: isMinor, isModerator: isModerator, by: step)
        if seat.joined > 0 {
            heads.present.count(isMinor: isMinor, isModerator: isModerator, by: step)
        }
    }
}

extension RosterChannel: Equatable {
    /// Whether the same people have the same seats; when they were counted, and what their watchers
    /// have yet to be told, is left aside.
    static func == (left: RosterChannel, right: RosterChannel) -> Bool { left.seats == right.seats }
}

extension HeadCount {
    fileprivate mutating func count(isMinor: Bool, isModerator: Bool, by step: Int) {
        if isMinor {
            minors += step
        } else {
            adults += step
            if isModerator { moderators += step }
        }
    }
}
