extension MemberReading {
    /// What a bundle without an entry `members` reads.
    package static let standard = MemberReading()

    /// Whether both read the same roster, ages and moderators out of any claims.
    package func readsRoster(as other: MemberReading) -> Bool {
        (roles, birthdate, channels, adultAge) == (
            other.roles, other.birthdate, other.channels, other.adultAge
        ) && moderators == other.moderators
    }
}
