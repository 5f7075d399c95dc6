/// The signature algorithms of RFC 7518 §3.1 and RFC 8037 that the hub verifies; `none` isn't one.
package enum SignatureAlgorithm: String, CaseIterable, Hashable, Sendable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    /// Ed25519 only (RFC 8037 §3.1).
    case edDSA = "EdDSA"

    /// The kind of key that an algorithm needs.
    enum Family: Sendable {
        case hmac, rsaPKCS1, rsaPSS, ecdsa, edwards
    }

    var family: Family {
        switch self {
        case .hs256, .hs384, .hs512: .hmac
        case .rs256, .rs384, .rs512: .rsaPKCS1
        case .ps256, .ps384, .ps512: .rsaPSS
        case .es256, .es384, .es512: .ecdsa
        case .edDSA: .edwards
        }
    }

    /// Whether both sides share its key.
    package var isSecret: Bool { family == .hmac }

    /// Bytes of the algorithm's hash, which an HMAC key must not be shorter than (RFC 7518 §3.2).
    var hashBytes: Int {
        switch self {
        case .hs256, .rs256, .ps256, .es256: 32
        case .hs384, .rs384, .ps384, .es384: 48
        case .hs512, .rs512, .ps512, .es512, .edDSA: 64
        }
    }
}
