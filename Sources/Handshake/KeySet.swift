/// The keys of one issuer.
package struct KeySet: Sendable {
    package let keys: [VerificationKey]

    /// Refuses two keys that one token could mean: the same `kid` with the same algorithm, or two
    /// nameless keys of one algorithm.
    package init(_ keys: [VerificationKey]) throws(KeyProblem) {
        guard keys.count <= KeySet.countMax else {
            throw KeyProblem("an issuer has at most \(KeySet.countMax) keys")
        }
        for (index, key) in keys.enumerated() {
            guard !keys[..<index].contains(where: { KeySet.collide($0, key) }) else {
                let name = key.keyID.map { "kid '\($0)'" } ?? "no kid"
                throw KeyProblem("two keys for \(key.algorithm.rawValue) have \(name)")
            }
        }
        self.keys = keys
    }

    /// The key that signed a token.
    ///
    /// A token with a `kid` needs the key of exactly that name; a token without one needs a key
    /// that was registered without one. The key's algorithm must be the token's.
    package func signer(of token: UnverifiedToken) -> Result<VerificationKey, TokenFault> {
        let named = keys.filter { key in
            switch (key.keyID, token.keyID) {
            case (nil, nil): true
            case (let key?, let name?): ASCII.equals(key, name)
            default: false
            }
        }
        guard !named.isEmpty else { return .failure(.unknownKey) }
        guard let key = named.first(where: { $0.algorithm.rawValue == token.algorithm }) else {
            return .failure(.wrongAlgorithm)
        }
        guard key.verifies(token.signature, over: token.signingInput) else {
            return .failure(.badSignature)
        }
        return .success(key)
    }

    static func collide(_ left: VerificationKey, _ right: VerificationKey) -> Bool {
        guard left.algorithm == right.algorithm else { return false }
        return switch (left.keyID, right.keyID) {
        case (nil, nil): true
        case (let left?, let right?): ASCII.equals(left, right)
        default: false
        }
    }

    /// An issuer rotates through a handful; the bound keeps a fetched set from growing on us.
    package static let countMax = 100
}
