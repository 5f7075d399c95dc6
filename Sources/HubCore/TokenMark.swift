package import AuditLog

/// By what a token can be revoked.
package struct TokenMark: Sendable, Equatable {
    /// Pseudonym of its issuer and `jti`; nil when it has none.
    package let id: UUID16?
    /// `iat`, microseconds since 2000-01-01 UTC; nil when it doesn't say.
    package let issuedAt: Int64?
    /// Mark of its issuer and the key that verified it.
    package let key: UUID16

    /// - Parameter issuedAt: Unix seconds.
    package init(id: UUID16?, issuedAt: Int64?, key: UUID16) {
        self.id = id
        self.issuedAt = issuedAt.map { ($0 - Row.epochUnixSeconds) * 1_000_000 }
        self.key = key
    }

    /// Whether it was issued up to a time, or may have been; never for 0, which is no time.
    func isIssued(through time: Int64) -> Bool {
        time > 0 && issuedAt.map { $0 <= time } ?? true
    }
}
