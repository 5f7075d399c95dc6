internal import Crypto
internal import CryptoExtras
internal import Foundation

/// Reads JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037 §2) as verification keys.
package enum JSONWebKey {
    /// A key of a set that cannot verify tokens, and why.
    package struct Skipped: Hashable, Sendable {
        /// Position in the set's `keys`, from 0.
        package let index: Int
        package let keyID: String?
        package let reason: KeyProblem
    }

    /// The usable keys of a set, and the others with their reasons.
    package struct Set: Sendable {
        package let keys: [VerificationKey]
        package let skipped: [Skipped]
    }

    /// One key.
    ///
    /// - Parameters:
    ///   - json: the key's JSON object.
    ///   - defaultAlgorithm: the algorithm of an RSA or `oct` key that doesn't name its `alg`; nil
    ///     refuses such keys. Other kinds have one algorithm a curve.
    package static func parse(
        _ json: [UInt8],
        defaultAlgorithm: SignatureAlgorithm? = nil
    ) throws(KeyProblem) -> VerificationKey {
        guard json.count <= setBytesMax, let value = try? JoseJSON.read(json, depthMax: 8).get()
        else {
            throw KeyProblem("the key is no strict JSON")
        }
        return try key(value, defaultAlgorithm)
    }

    /// A key set: `{"keys": […]}`. Unusable keys are skipped with a reason, as RFC 7517 §5 says; a
    /// text that is no key set at all is refused.
    ///
    /// - Parameter isPublished: whether others can read it, so that a secret in it is none.
    package static func parseSet(
        _ json: [UInt8],
        defaultAlgorithm: SignatureAlgorithm? = nil,
        isPublished: Bool = false
    ) throws(KeyProblem) -> Set {
        guard json.count <= setBytesMax, let value = try? JoseJSON.read(json, depthMax: 8).get()
        else {
            throw KeyProblem("the key set is no strict JSON of at most \(setBytesMax) bytes")
        }
        guard case .array(let members)? = value["keys"], members.count <= KeySet.countMax else {
            throw KeyProblem("a key set has an array `keys` of at most \(KeySet.countMax)")
        }
        var keys: [VerificationKey] = []
        var skipped: [Skipped] = []
        for (index, member) in members.enumerated() {
            do throws(KeyProblem) {
                let key = try key(member, defaultAlgorithm)
                if isPublished, key.algorithm.isSecret {
                    throw KeyProblem("a secret that is published is none: replace it")
                }
                if keys.contains(where: { KeySet.collide($0, key) }) {
                    throw KeyProblem("an earlier key has the same kid and alg")
                }
                keys.append(key)
            } catch {
                skipped.append(Skipped(index: index, keyID: member["kid"]?.text, reason: error))
            }
        }
        return Set(keys: keys, skipped: skipped)
    }

    private static func key(
        _ jwk: JoseJSON,
        _ defaultAlgorithm: SignatureAlgorithm?
    ) throws(KeyProblem) -> VerificationKey {
        try checkPurpose(jwk)
        var keyID: String?
        if let kid = jwk["kid"] {
            guard let text = kid.text else { throw KeyProblem("kid is no string") }
            keyID = text
        }
        var named: SignatureAlgorithm?
        if let alg = jwk["alg"] {
            guard let known = alg.text.flatMap(SignatureAlgorithm.init(rawValue:)) else {
                throw KeyProblem("alg is no signature algorithm that the hub knows")
            }
            named = known
        }
        switch jwk["kty"]?.text {
        case "RSA": return try rsa(jwk, named ?? defaultAlgorithm, keyID)
        case "EC": return try ellipticCurve(jwk, named, keyID)
        case "OKP": return try octetKeyPair(jwk, named, keyID)
        case "oct":
            guard let algorithm = named ?? defaultAlgorithm else {
                throw KeyProblem("an oct key must name its alg")
            }
            let secret = try bytes(jwk, "k")
            return try VerificationKey(algorithm: algorithm, keyID: keyID, secret: secret)
        default: throw KeyProblem("kty is none of RSA, EC, OKP, oct")
        }
    }

    /// `use`, `key_ops` (RFC 7517 §4.2, §4.3), and no private parts.
    private static func checkPurpose(_ jwk: JoseJSON) throws(KeyProblem) {
        guard case .object = jwk else { throw KeyProblem("the key is no JSON object") }
        if let use = jwk["use"], use.text != "sig" { throw KeyProblem("use is not sig") }
        if let operations = jwk["key_ops"] {
            guard let names = operations.texts, names.contains("verify") else {
                throw KeyProblem("key_ops lacks verify")
            }
            guard Swift.Set(names).count == names.count else {
                throw KeyProblem("key_ops names an operation twice")
            }
        }
        if jwk["kty"]?.text != "oct", jwk["d"] != nil {
            throw KeyProblem("the key shows its private part: replace it everywhere")
        }
    }

    private static func rsa(
        _ jwk: JoseJSON,
        _ algorithm: SignatureAlgorithm?,
        _ keyID: String?
    ) throws(KeyProblem) -> VerificationKey {
        guard let algorithm else { throw KeyProblem("an RSA key must name its alg") }
        guard algorithm.family == .rsaPKCS1 || algorithm.family == .rsaPSS else {
            throw KeyProblem("alg \(algorithm.rawValue) does not fit an RSA key")
        }
        let modulus = try bytes(jwk, "n")
        let exponent = try bytes(jwk, "e")
        guard modulus.count <= VerificationKey.rsaBitsMax / 8 + 1, exponent.count <= 8,
            let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
        else { throw KeyProblem("n and e are no RSA key of at least 2048 bits") }
        return try VerificationKey(algorithm, keyID, .rsa(key))
    }

    private static func ellipticCurve(
        _ jwk: JoseJSON,
        _ named: SignatureAlgorithm?,
        _ keyID: String?
    ) throws(KeyProblem) -> VerificationKey {
        let algorithm: SignatureAlgorithm
        let size: Int
        switch jwk["crv"]?.text {
        case "P-256": (algorithm, size) = (.es256, 32)
        case "P-384": (algorithm, size) = (.es384, 48)
        case "P-521": (algorithm, size) = (.es512, 66)
        default: throw KeyProblem("crv is none of P-256, P-384, P-521")
        }
        guard named == nil || named == algorithm else { throw KeyProblem("alg does not fit crv") }
        let x = try bytes(jwk, "x")
        let y = try bytes(jwk, "y")
        guard x.count == size, y.count == size else {
            throw KeyProblem("x and y must be \(size) bytes each")
        }
        let point = [0x04] + x + y
        let material: VerificationKey.Material? =
            switch algorithm {
            case .es256:
                (try? P256.Signing.PublicKey(x963Representation: point)).map { .p256($0) }
            case .es384:
                (try? P384.Signing.PublicKey(x963Representation: point)).map { .p384($0) }
            default:
                (try? P521.Signing.PublicKey(x963Representation: point)).map { .p521($0) }
            }
        guard let material else { throw KeyProblem("x and y are no point of the curve") }
        return try VerificationKey(algorithm, keyID, material)
    }

    private static func octetKeyPair(
        _ jwk: JoseJSON,
        _ named: SignatureAlgorithm?,
        _ keyID: String?
    ) throws(KeyProblem) -> VerificationKey {
        guard jwk["crv"]?.text == "Ed25519" else { throw KeyProblem("crv is not Ed25519") }
        guard named == nil || named == .edDSA else { throw KeyProblem("alg does not fit crv") }
        let x = try bytes(jwk, "x")
        guard x.count == 32, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x)
        else { throw KeyProblem("x is no Ed25519 public key") }
        return try VerificationKey(.edDSA, keyID, .ed25519(key))
    }

    private static func bytes(_ jwk: JoseJSON, _ name: String) throws(KeyProblem) -> [UInt8] {
        guard let text = jwk[name]?.text, let bytes = Base64.decode(text.utf8, .url),
            !bytes.isEmpty
        else { throw KeyProblem("\(name) is no base64url text") }
        return bytes
    }

    /// A set of 100 RSA keys with certificates stays below this.
    package static let setBytesMax = 512 * 1024
}
