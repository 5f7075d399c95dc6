internal import Crypto
internal import CryptoExtras
internal import Foundation

/// Signs tokens, for a development issuer and for tests; a hub in service never signs one.
package struct TokenSigner: Sendable {
    package let algorithm: SignatureAlgorithm
    package let keyID: String?
    /// The key that verifies what this one signs, under the same `kid`.
    package let verificationKey: VerificationKey
    private let material: Material

    /// A private key in PEM (PKCS #8; also SEC 1 for EC and PKCS #1 for RSA).
    package init(
        algorithm: SignatureAlgorithm,
        keyID: String?,
        privatePEM pem: String
    ) throws(KeyProblem) {
        let publicKey: VerificationKey.Material
        do {
            switch algorithm {
            case .hs256, .hs384, .hs512:
                throw KeyProblem("\(algorithm.rawValue) needs a secret, not a private key")
            case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512:
                let key = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
                (material, publicKey) = (.rsa(key), .rsa(key.publicKey))
            case .es256:
                let key = try P256.Signing.PrivateKey(pemRepresentation: pem)
                (material, publicKey) = (.p256(key), .p256(key.publicKey))
            case .es384:
                let key = try P384.Signing.PrivateKey(pemRepresentation: pem)
                (material, publicKey) = (.p384(key), .p384(key.publicKey))
            case .es512:
                let key = try P521.Signing.PrivateKey(pemRepresentation: pem)
                (material, publicKey) = (.p521(key), .p521(key.publicKey))
            case .edDSA:
                let key = try Curve25519.Signing.PrivateKey(pemRepresentation: pem)
                (material, publicKey) = (.ed25519(key), .ed25519(key.publicKey))
            }
        } catch let problem as KeyProblem {
            throw problem
        } catch {
            throw KeyProblem("the PEM text is no private key that fits \(algorithm.rawValue)")
        }
        self.algorithm = algorithm
        self.keyID = keyID
        verificationKey = try VerificationKey(algorithm, keyID, publicKey)
    }

    /// A shared secret; the same terms as `VerificationKey`'s.
    package init(
        algorithm: SignatureAlgorithm,
        keyID: String?,
        secret: [UInt8]
    ) throws(KeyProblem) {
        self.algorithm = algorithm
        self.keyID = keyID
        verificationKey = try VerificationKey(algorithm: algorithm, keyID: keyID, secret: secret)
        material = .hmac(SymmetricKey(data: secret))
    }

    /// A compact JWS over the claims, in the order given.
    ///
    /// - Parameter type: the header's `typ`; nil leaves it out.
    package func sign(
        claims: [(String, ClaimValue)],
        type: String? = "JWT"
    ) throws(KeyProblem) -> String {
        try sign(payload: ClaimValue.object(claims), type: type)
    }

    /// A compact JWS over any payload.
    package func sign(payload: [UInt8], type: String? = "JWT") throws(KeyProblem) -> String {
        var header: [(String, ClaimValue)] = [("alg", .string(algorithm.rawValue))]
        if let keyID { header.append(("kid", .string(keyID))) }
        if let type { header.append(("typ", .string(type))) }
        return try sign(header: ClaimValue.object(header), payload: payload)
    }

    /// A compact JWS with a header of any content, which tests need.
    func sign(header: [UInt8], payload: [UInt8]) throws(KeyProblem) -> String {
        let input = Base64.encode(header, .url) + "." + Base64.encode(payload, .url)
        do {
            return input + "." + Base64.encode(try signature(over: Array(input.utf8)), .url)
        } catch {
            throw KeyProblem("signing with \(algorithm.rawValue) failed")
        }
    }

    private func signature(over bytes: [UInt8]) throws -> [UInt8] {
        switch material {
        case .hmac(let key):
            switch algorithm.hashBytes {
            case 32: Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
            case 48: Array(HMAC<SHA384>.authenticationCode(for: bytes, using: key))
            default: Array(HMAC<SHA512>.authenticationCode(for: bytes, using: key))
            }
        case .rsa(let key): try signature(over: bytes, with: key)
        case .p256(let key): Array(try key.signature(for: bytes).rawRepresentation)
        case .p384(let key): Array(try key.signature(for: bytes).rawRepresentation)
        case .p521(let key): Array(try key.signature(for: bytes).rawRepresentation)
        case .ed25519(let key): Array(try key.signature(for: bytes))
        }
    }

    private func signature(
        over bytes: [UInt8],
        with key: _RSA.Signing.PrivateKey
    ) throws -> [UInt8] {
        let padding: _RSA.Signing.Padding =
            algorithm.family == .rsaPSS ? .PSS : .insecurePKCS1v1_5
        let signature =
            switch algorithm.hashBytes {
            case 32: try key.signature(for: SHA256.hash(data: bytes), padding: padding)
            case 48: try key.signature(for: SHA384.hash(data: bytes), padding: padding)
            default: try key.signature(for: SHA512.hash(data: bytes), padding: padding)
            }
        return Array(signature.rawRepresentation)
    }

    private enum Material: Sendable {
        case hmac(SymmetricKey)
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }
}
