internal import JSONDocument

/// An issuer whose tokens the hub takes, and on which terms.
package struct TokenIssuer: Sendable {
    /// `iss`, compared byte for byte.
    package var name: String
    /// The audiences that name this hub; a token's `aud` must hold one of them exactly.
    package var audiences: [String]
    package var keys: KeySet
    /// Whether keys are fetched, so that there may be none for now: its tokens are refused until there
    /// are.
    package var fetchesKeys: Bool
    /// The `typ` that tokens must have (RFC 8725 §3.11), such as `at+jwt`, compared without case
    /// and without a leading `application/`; nil takes `JWT` or none.
    package var type: String?
    /// How far clocks may disagree, for `exp`, `nbf` and `iat`. Servers kept by NTP differ by
    /// milliseconds, phones that make no tokens don't count: 30 s is ample.
    package var leewaySeconds: Int64
    /// The longest time from `iat` to `exp` (from now, without `iat`). A day: a stolen token, or
    /// a role that was taken away, doesn't live on for longer.
    package var lifetimeMaxSeconds: Int64
    package var claims: ClaimNames

    package init(
        name: String,
        audiences: [String],
        keys: KeySet,
        fetchesKeys: Bool = false,
        type: String? = nil,
        leewaySeconds: Int64 = 30,
        lifetimeMaxSeconds: Int64 = 86_400,
        claims: ClaimNames = ClaimNames()
    ) {
        self.name = name
        self.audiences = audiences
        self.keys = keys
        self.fetchesKeys = fetchesKeys
        self.type = type
        self.leewaySeconds = leewaySeconds
        self.lifetimeMaxSeconds = lifetimeMaxSeconds
        self.claims = claims
    }
}

/// Verifies bearer tokens: signed JWTs (RFC 7519) of the configured issuers.
package struct TokenVerifier: Sendable {
    package let issuers: [TokenIssuer]

    /// Refuses issuers without a name, audience or key, and two of one name.
    package init(_ issuers: [TokenIssuer]) throws(KeyProblem) {
        for (index, issuer) in issuers.enumerated() {
            let name = issuer.name
            guard !name.isEmpty, name.utf8.count <= 256, !name.utf8.contains(0) else {
                throw KeyProblem("an issuer's name is 1 to 256 bytes long")
            }
            guard !issuer.audiences.isEmpty, !issuer.audiences.contains("") else {
                throw KeyProblem("issuer '\(name)' needs an audience")
            }
            guard !issuer.keys.keys.isEmpty || issuer.fetchesKeys else {
                throw KeyProblem("issuer '\(name)' has no usable key")
            }
            guard issuer.leewaySeconds >= 0, issuer.lifetimeMaxSeconds > 0 else {
                throw KeyProblem("issuer '\(name)' has a negative leeway or lifetime")
            }
            guard !issuers[..<index].contains(where: { ASCII.equals($0.name, name) }) else {
                throw KeyProblem("issuer '\(name)' is configured twice")
            }
        }
        self.issuers = issuers
    }

    /// Verifies a token: form, issuer, key and algorithm, signature, then what it says.
    ///
    /// - Parameter now: Unix seconds.
    package func verify(_ token: String, at now: Double) -> Result<Principal, TokenFault> {
        UnverifiedToken.parse(token).flatMap { unverified in
            let claims: JoseJSON
            switch JoseJSON.read(unverified.payload, depthMax: UnverifiedToken.depthMax) {
            case .failure(let refused):
                return .failure(refused.reason == .nulCharacter ? .nulCharacter : .badClaims)
            case .success(let json): claims = json
            }
            guard case .object = claims else { return .failure(.badClaims) }
            guard let issuer = issuer(named: claims) else { return .failure(.unknownIssuer) }
            guard !issuer.keys.keys.isEmpty else { return .failure(.noKeys) }
            return issuer.keys.signer(of: unverified).flatMap { key in
                guard issuer.accepts(type: unverified.type) else { return .failure(.wrongType) }
                return issuer.principal(claims, unverified.payload, key: key.identity, at: now)
            }
        }
    }

    /// The issuer that a token names, whoever made it: whose keys may have changed when its key is
    /// not known. Nil when it names none of the configured.
    package func issuer(namedBy token: String) -> String? {
        guard let payload = try? UnverifiedToken.parse(token).get().payload,
            let claims = try? JoseJSON.read(payload, depthMax: UnverifiedToken.depthMax).get()
        else { return nil }
        return issuer(named: claims)?.name
    }

    /// The name only chooses whose keys are tried; it counts once they have verified it.
    private func issuer(named claims: JoseJSON) -> TokenIssuer? {
        guard let name = claims["iss"]?.text else { return nil }
        return issuers.first { ASCII.equals($0.name, name) }
    }
}
