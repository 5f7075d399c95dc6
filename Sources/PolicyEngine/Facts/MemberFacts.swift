import CEL

/// What a bundle reads out of a member's claims; see `MemberReading`.
package final class MemberFacts: Sendable {
    /// The pseudonym as text.
    package let id: String
    /// The name that others see.
    package let name: String
    package let roles: [String]
    /// When the member comes of age, in microseconds since 2000-01-01 UTC; nil when that isn't
    /// known, which makes a minor.
    package let ofAgeAt: Int64?
    /// Whether one of the roles is that of a moderator, which counts for adults alone.
    package let hasModeratorRole: Bool
    /// Names of the channels whose roster the member is on.
    package let channels: [String]
    /// The roles as conditions read them.
    let roleValues: Value
    /// The claims that the bundle declares, by name.
    let claims: [String: Value]

    init(
        id: String,
        name: String,
        roles: [String],
        ofAgeAt: Int64?,
        hasModeratorRole: Bool,
        channels: [String],
        claims: [String: Value]
    ) {
        self.id = id
        self.name = name
        self.roles = roles
        self.ofAgeAt = ofAgeAt
        self.hasModeratorRole = hasModeratorRole
        self.channels = channels
        self.claims = claims
        roleValues = .list(roles.map(Value.string))
    }

    /// Whether the member isn't known to be of age.
    package func isMinor(at now: Int64) -> Bool {
        ofAgeAt.map { now < $0 } ?? true
    }

    /// Whether the member is a moderator, as nobody is who isn't known to be of age.
    package func isModerator(at now: Int64) -> Bool {
        hasModeratorRole && !isMinor(at: now)
    }
}
