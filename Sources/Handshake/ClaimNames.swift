/// Which claims of an issuer's tokens carry which fact.
///
/// A name that begins with `/` is a JSON Pointer (RFC 6901), such as `/realm_access/roles`; any
/// other is the name of a top-level claim, dots and colons included.
package struct ClaimNames: Hashable, Sendable {
    /// The display name; a string.
    package var name: String
    /// Roles; a string or an array of strings.
    package var roles: String
    /// The date of birth, `YYYY-MM-DD`, or `YYYY` (OpenID Connect Core §5.1).
    package var birthdate: String
    /// The age in whole years; a number.
    package var age: String
    /// Clubs; a string or an array of strings.
    package var clubs: String
    /// Rights; a string or an array of strings.
    package var rights: String

    package init(
        name: String = "name",
        roles: String = "role",
        birthdate: String = "birthdate",
        age: String = "age",
        clubs: String = "clubs",
        rights: String = "rights"
    ) {
        self.name = name
        self.roles = roles
        self.birthdate = birthdate
        self.age = age
        self.clubs = clubs
        self.rights = rights
    }
}
