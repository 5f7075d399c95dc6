/// A compact JWS (RFC 7515 §7.1) that has been taken apart and nothing more: no word of it is to be
/// believed.
package struct UnverifiedToken: Sendable {
    /// `alg` as sent.
    package let algorithm: String
    /// `kid` as sent.
    package let keyID: String?
    /// `typ` as sent.
    package let type: String?
    package let payload: [UInt8]
    /// The bytes that the signature covers: the first two parts with their dot.
    let signingInput: [UInt8]
    let signature: [UInt8]

    /// Takes a token apart: three parts, each strict base64url without padding, the header a strict
    /// JSON object without a name twice.
    ///
    /// Any `crit` is refused, since the hub implements no extension, and so is `b64` (RFC 7797).
    /// `jku`, `x5u`, `jwk` and `x5c` are ignored: keys are the operator's to name.
    package static func parse(
        _ text: String,
        bytesMax: Int = bytesMax
    ) -> Result<UnverifiedToken, TokenFault> {
        let bytes = Array(text.utf8)
        guard bytes.count <= bytesMax else { return .failure(.tooLarge) }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, !parts[2].isEmpty else {
            return .failure(.notCompact)
        }
        guard let header = Base64.decode(parts[0], .url),
            let payload = Base64.decode(parts[1], .url),
            let signature = Base64.decode(parts[2], .url)
        else { return .failure(.badBase64) }
        guard let json = try? JoseJSON.read(header, depthMax: depthMax).get(), case .object = json,
            let algorithm = json["alg"]?.text
        else { return .failure(.badHeader) }
        guard json["crit"] == nil, json["b64"] == nil else { return .failure(.criticalHeader) }
        for name in ["kid", "typ"] {
            guard json[name] == nil || json[name]?.text != nil else { return .failure(.badHeader) }
        }
        return .success(
            UnverifiedToken(
                algorithm: algorithm,
                keyID: json["kid"]?.text,
                type: json["typ"]?.text,
                payload: payload,
                signingInput: Array(bytes[..<parts[1].endIndex]),
                signature: signature
            )
        )
    }

    /// What fits beside the other fields of a 16 KiB head; tokens with large group lists reach 4.
    package static let bytesMax = 8 * 1024
    /// Claims of common issuers nest four deep.
    static let depthMax = 16
}
