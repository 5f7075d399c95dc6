import CEL

/// What a bundle reads out of a member's claims; see `MemberReading`.
package struct MemberFacts: Sendable {
    /// The pseudonym as text.
    package let id: String
    /// The name that others see.
    package let name: String
    package let roles: [String]
    /// When the member comes of age, in microseconds since 2000-01-01 UTC; nil when that isn't
    /// known, which makes a minor.
    package let ofAgeAt: Int64?
    /// Whether one of the roles is that of a moderator.
    package let isModerator: Bool
    /// Names of the channels whose roster the member is on.
    package let channels: [String]
    /// The roles, and the claims that the bundle declares, by name.
    let roleValues: Value
    let claims: [String: Value]

    /// Whether the member isn't known to be of age.
    package func isMinor(at now: Int64) -> Bool {
        ofAgeAt.map { now < $0 } ?? true
    }
}
