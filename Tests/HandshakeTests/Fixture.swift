import Outcomes

@testable import Handshake

/// A hub's configuration and its members' tokens, at one fixed moment.
enum Fixture {
    /// 2026-01-01T00:00:00Z.
    static let now: Double = 1_767_225_600
    static let issuer = "https://id.club.example"
    static let audience = "touchline"

    static func signer(
        _ algorithm: SignatureAlgorithm = .es256,
        keyID: String? = "k1"
    ) throws -> TokenSigner {
        switch algorithm.family {
        case .hmac:
            let secret = (0..<algorithm.hashBytes).map { UInt8($0) }
            return try TokenSigner(algorithm: algorithm, keyID: keyID, secret: secret)
        case .rsaPKCS1, .rsaPSS:
            return try pem(algorithm, keyID, TestKeys.rsa)
        case .ecdsa where algorithm == .es256: return try pem(algorithm, keyID, TestKeys.p256)
        case .ecdsa where algorithm == .es384: return try pem(algorithm, keyID, TestKeys.p384)
        case .ecdsa: return try pem(algorithm, keyID, TestKeys.p521)
        case .edwards: return try pem(algorithm, keyID, TestKeys.ed25519)
        }
    }

    static func verifier(
        _ keys: [VerificationKey],
        type: String? = nil,
        claims: ClaimNames = ClaimNames()
    ) throws -> TokenVerifier {
        try TokenVerifier([
            TokenIssuer(
                name: issuer,
                audiences: [audience],
                keys: try KeySet(keys),
                type: type,
                claims: claims
            )
        ])
    }

    /// Claims that pass, with members replaced or, by nil, left out.
    static func claims(_ changes: [String: String?] = [:]) -> [UInt8] {
        var members = [
            "iss": "\"\(issuer)\"", "aud": "\"\(audience)\"", "sub": "\"u-1\"",
            "iat": "1767225600", "exp": "1767229200",
        ]
        for (name, json) in changes { members[name] = json }
        let body = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return Array("{\(body.joined(separator: ","))}".utf8)
    }

    static func token(_ changes: [String: String?] = [:]) throws -> String {
        try signer().sign(payload: claims(changes))
    }

    static func gate() throws -> HandshakeGate {
        HandshakeGate(
            path: "/chat",
            tokens: try verifier([signer().verificationKey]),
            origins: try OriginList(["https://club.example", "http://localhost:*"])
        )
    }

    /// A head that passes every check but the token's; `changes` replaces all fields of a name, and
    /// removes them where it names no value.
    static func head(
        _ changes: [(String, [String])] = [],
        method: String = "GET",
        target: String = "/chat",
        version: RequestHead.Version = .http11
    ) -> RequestHead {
        var fields = [
            ("Host", "hub.example"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        for (name, values) in changes {
            fields.removeAll { $0.0 == name }
            fields += values.map { (name, $0) }
        }
        return RequestHead(method: method, target: target, version: version, headers: fields)
    }

    private static func pem(
        _ algorithm: SignatureAlgorithm,
        _ keyID: String?,
        _ text: String
    ) throws -> TokenSigner {
        try TokenSigner(algorithm: algorithm, keyID: keyID, privatePEM: text)
    }
}

extension Result {
    /// The failure, or nil.
    var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }

    /// The success, or nil.
    var success: Success? { try? get() }
}

/// A small generator with a stated seed (SplitMix64), so that every run tries the same.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
