/// Who a verified token speaks for. Only `TokenVerifier` makes one.
package struct Principal: Hashable, Sendable {
    /// `iss`: one of the configured issuers, exactly.
    package let issuer: String
    /// `VerificationKey.identity` of the key that verified the token.
    package let key: [UInt8]
    /// `sub`: 1 to 256 bytes, no U+0000; unique within the issuer.
    package let subject: String
    /// The display name, at most 256 bytes, no control characters; nil when the token has none.
    package let name: String?
    /// `jti`.
    package let tokenID: String?
    /// `iat`, Unix seconds rounded down.
    package let issuedAt: Int64?
    /// `exp`, Unix seconds rounded down.
    package let expiresAt: Int64
    /// When a session that stands on this token must end: `expiresAt` and the issuer's leeway.
    package let validUntil: Int64
    /// The claims as the issuer wrote them: one JSON object.
    package let claims: [UInt8]
    package let roles: [String]
    package let clubs: [String]
    package let rights: [String]
    package let birthdate: Birthdate?
    /// The age claim as it was when the token was made.
    package let claimedAge: Int?

    /// The age in whole years at a moment (Unix seconds); the lower one where the date of birth and
    /// the age claim disagree; nil when neither is known.
    package func age(at now: Double) -> Int? {
        [birthdate?.age(at: now), claimedAge].compactMap(\.self).min()
    }

    /// Whether the member is below the age of majority; an unknown age is a minor's.
    package func isMinor(at now: Double, majority: Int = 18) -> Bool {
        age(at: now).map { $0 < majority } ?? true
    }
}
