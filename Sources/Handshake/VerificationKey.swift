internal import Crypto
internal import CryptoExtras
internal import Foundation

/// A key that verifies tokens, registered for exactly one algorithm: a token that claims another is
/// refused before any arithmetic (RFC 8725 §3.1).
package struct VerificationKey: Sendable {
    package let algorithm: SignatureAlgorithm
    /// The key's name, matched exactly with a token's `kid`; nil for a key without one.
    package let keyID: String?
    /// Which key it is, whatever its name and place in a set: SHA-256 over algorithm and key. Of a
    /// secret it tells whoever can guess it, so it stays in memory.
    package let identity: [UInt8]
    private let material: Material

    /// A shared secret for HS256, HS384 or HS512.
    ///
    /// Refuses secrets shorter than the hash (RFC 7518 §3.2), and PEM text, which is how a public
    /// key ends up as a secret that everybody knows.
    package init(
        algorithm: SignatureAlgorithm,
        keyID: String?,
        secret: [UInt8]
    ) throws(KeyProblem) {
        guard algorithm.family == .hmac else {
            throw KeyProblem("\(algorithm.rawValue) needs a public key, not a secret")
        }
        guard secret.count >= algorithm.hashBytes else {
            throw KeyProblem(
                "\(algorithm.rawValue) needs a secret of at least \(algorithm.hashBytes) bytes"
            )
        }
        guard !secret.starts(with: Array("-----BEGIN".utf8)) else {
            throw KeyProblem("the secret is PEM text: configure it as a key")
        }
        try self.init(algorithm, keyID, .hmac(SymmetricKey(data: secret)))
    }

    /// A public key in PEM (SubjectPublicKeyInfo, RFC 7468 §13) for any algorithm but the HMACs.
    package init(
        algorithm: SignatureAlgorithm,
        keyID: String?,
        publicPEM pem: String
    ) throws(KeyProblem) {
        let material: Material
        do {
            switch algorithm {
            case .hs256, .hs384, .hs512:
                throw KeyProblem("\(algorithm.rawValue) needs a secret, not a public key")
            case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512:
                material = .rsa(try _RSA.Signing.PublicKey(pemRepresentation: pem))
            case .es256: material = .p256(try P256.Signing.PublicKey(pemRepresentation: pem))
            case .es384: material = .p384(try P384.Signing.PublicKey(pemRepresentation: pem))
            case .es512: material = .p521(try P521.Signing.PublicKey(pemRepresentation: pem))
            case .edDSA:
                material = .ed25519(try Curve25519.Signing.PublicKey(pemRepresentation: pem))
            }
        } catch let problem as KeyProblem {
            throw problem
        } catch {
            throw KeyProblem("the PEM text is no public key that fits \(algorithm.rawValue)")
        }
        try self.init(algorithm, keyID, material)
    }

    init(
        _ algorithm: SignatureAlgorithm,
        _ keyID: String?,
        _ material: Material
    ) throws(KeyProblem) {
        if let keyID, keyID.isEmpty || keyID.utf8.count > VerificationKey.keyIDBytesMax {
            throw KeyProblem("a key id is 1 to \(VerificationKey.keyIDBytesMax) bytes long")
        }
        if case .rsa(let key) = material {
            let bits = key.keySizeInBits
            guard bits >= 2048, bits <= VerificationKey.rsaBitsMax else {
                throw KeyProblem(
                    "an RSA key has 2048 to \(VerificationKey.rsaBitsMax) bits, not \(bits)"
                )
            }
        }
        self.algorithm = algorithm
        self.keyID = keyID
        self.material = material
        let text = Array(algorithm.rawValue.utf8) + [0] + material.bytes
        identity = Array(SHA256.hash(data: text))
    }

    /// Whether the signature is this key's over the bytes. MACs are compared in constant time.
    func verifies(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
        switch material {
        case .hmac(let key):
            switch algorithm.hashBytes {
            case 32:
                HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: bytes, using: key)
            case 48:
                HMAC<SHA384>.isValidAuthenticationCode(signature, authenticating: bytes, using: key)
            default:
                HMAC<SHA512>.isValidAuthenticationCode(signature, authenticating: bytes, using: key)
            }
        case .rsa(let key): verifies(signature, over: bytes, with: key)
        case .p256(let key):
            (try? P256.Signing.ECDSASignature(rawRepresentation: signature))
                .map { key.isValidSignature($0, for: bytes) } ?? false
        case .p384(let key):
            (try? P384.Signing.ECDSASignature(rawRepresentation: signature))
                .map { key.isValidSignature($0, for: bytes) } ?? false
        case .p521(let key):
            (try? P521.Signing.ECDSASignature(rawRepresentation: signature))
                .map { key.isValidSignature($0, for: bytes) } ?? false
        case .ed25519(let key): key.isValidSignature(signature, for: bytes)
        }
    }

    private func verifies(
        _ signature: [UInt8],
        over bytes: [UInt8],
        with key: _RSA.Signing.PublicKey
    ) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        let padding: _RSA.Signing.Padding =
            algorithm.family == .rsaPSS ? .PSS : .insecurePKCS1v1_5
        return switch algorithm.hashBytes {
        case 32: key.isValidSignature(signature, for: SHA256.hash(data: bytes), padding: padding)
        case 48: key.isValidSignature(signature, for: SHA384.hash(data: bytes), padding: padding)
        default: key.isValidSignature(signature, for: SHA512.hash(data: bytes), padding: padding)
        }
    }

    enum Material: Sendable {
        case hmac(SymmetricKey)
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)

        /// The key's own bytes, one way to write it for each kind.
        var bytes: [UInt8] {
            switch self {
            case .hmac(let key): key.withUnsafeBytes { Array($0) }
            case .rsa(let key): Array(key.derRepresentation)
            case .p256(let key): Array(key.x963Representation)
            case .p384(let key): Array(key.x963Representation)
            case .p521(let key): Array(key.x963Representation)
            case .ed25519(let key): Array(key.rawRepresentation)
            }
        }
    }

    /// Names longer than this are a mistake; the bound keeps tokens and logs small.
    static let keyIDBytesMax = 256
    /// A verification's time grows with the square of the size; nobody issues larger keys.
    static let rsaBitsMax = 8192
}
