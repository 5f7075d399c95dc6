package import PolicyEngine

/// What the roster knows of one member. Shared by all copies of the roster.
package final class RosterEntry: Sendable {
    /// The newest recorded claims, to be read again when a bundle reads them otherwise.
    let claims: String
    /// The name that others see; empty until the member connects.
    let name: String
    /// The channels that they name, each once.
    let channels: [String]
    /// When the member comes of age, microseconds since 2000-01-01 UTC; nil when that isn't known.
    let ofAgeAt: Int64?
    let hasModeratorRole: Bool

    /// - Parameter member: what the bundle in force reads out of the claims.
    package init(_ member: MemberFacts, claims: String) {
        self.claims = claims
        name = member.name
        ofAgeAt = member.ofAgeAt
        hasModeratorRole = member.hasModeratorRole
        var seen: Set<String> = []
        channels = member.channels.filter { name in
            name.utf8.count <= Envelope.channelBytesMax && seen.insert(name).inserted
        }
    }

    convenience init(claims: String, name: String = "", _ reading: MemberReading) {
        self.init(reading.member(id: "", name: name, claims: claims), claims: claims)
    }

    /// Whether it makes no difference to any count which of the two is known.
    func counts(as other: RosterEntry) -> Bool {
        ofAgeAt == other.ofAgeAt && hasModeratorRole == other.hasModeratorRole
            && channels == other.channels
    }
}

extension RosterEntry: Equatable {
    package static func == (left: RosterEntry, right: RosterEntry) -> Bool {
        left === right || left.claims == right.claims && left.counts(as: right)
    }
}
