package import Outcomes

/// What is wrong with a token. The raw value is a code for the record and the log.
package enum TokenFault: String, Error, CaseIterable, Sendable {
    // Not a compact JWS with a JSON header and JSON claims.
    case tooLarge = "too_large"
    case notCompact = "not_compact"
    case badBase64 = "bad_base64"
    case badHeader = "bad_header"
    case badClaims = "bad_claims"
    // Not signed by a key that we know for this issuer and algorithm.
    case unknownIssuer = "unknown_issuer"
    /// The issuer's keys have not been fetched yet.
    case noKeys = "no_keys"
    case unknownKey = "unknown_key"
    case wrongAlgorithm = "wrong_algorithm"
    case criticalHeader = "critical_header"
    case badSignature = "bad_signature"
    // Read, but with a character that no name or id may have; found before the signature.
    case nulCharacter = "nul_character"
    // Signed, but not for this, not for us, or not in a shape that we take.
    case wrongType = "wrong_type"
    case wrongAudience = "wrong_audience"
    case badSubject = "bad_subject"
    case badTimes = "bad_times"
    case lifetimeTooLong = "lifetime_too_long"
    case badClaim = "bad_claim"
    case expired = "expired"
    case notYetValid = "not_yet_valid"

    package var outcome: Outcome {
        switch self {
        case .tooLarge, .notCompact, .badBase64, .badHeader, .badClaims: .tokenMalformed
        case .unknownIssuer, .unknownKey, .wrongAlgorithm, .criticalHeader, .badSignature,
            .nulCharacter,
            .wrongType, .wrongAudience, .badSubject, .badTimes, .lifetimeTooLong, .badClaim:
            .tokenInvalid
        case .noKeys: .keysUnavailable
        case .expired: .tokenExpired
        case .notYetValid: .tokenNotYetValid
        }
    }

    /// What the client may know beyond the outcome's sentence: only of tokens whose signature was
    /// good, so that a forger learns nothing.
    package var detail: String? {
        switch self {
        case .wrongType: "The bearer token is of another type than the hub takes."
        case .wrongAudience: "The bearer token is meant for another audience."
        case .badSubject: "The bearer token names no usable subject."
        case .badTimes: "The bearer token needs exp, and exp, nbf and iat that fit each other."
        case .lifetimeTooLong: "The bearer token lives longer than the hub allows."
        case .badClaim: "A claim of the bearer token has the wrong shape."
        default: nil
        }
    }

    /// Whether newer keys of the issuer could have verified the token.
    package var asksForKeys: Bool { self == .unknownKey || self == .noKeys }
}
