import Crypto

/// What events commit to instead of holding it: the hashes of content.
package enum Commitment {
    /// What an event commits to as `content_hash`: SHA-256 over each part's SHA-256(salt ‖ body),
    /// the parts in ascending order of their number; nil without parts.
    ///
    /// - Precondition: no two parts of one kind.
    package static func contentHash(of parts: [ContentPart]) -> [UInt8]? {
        if parts.isEmpty { return nil }
        var hash = SHA256()
        var previous: Part?
        for part in parts.count == 1 ? parts : parts.sorted(by: { $0.kind < $1.kind }) {
            precondition(part.kind != previous, "an event has each part of its content once")
            previous = part.kind
            let commitment = part.body.withUnsafeBytes { commit(salt: part.salt, body: $0) }
            commitment.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return [UInt8](hash.finalize())
    }

    /// What stands for one part after its erasure: SHA-256(salt ‖ body), 32 bytes.
    package static func part(_ part: ContentPart) -> [UInt8] {
        part.body.withUnsafeBytes { [UInt8](commit(salt: part.salt, body: $0)) }
    }

    private static func commit(salt: Salt, body: UnsafeRawBufferPointer) -> SHA256.Digest {
        var hash = SHA256()
        let halves = (salt.high.bigEndian, salt.low.bigEndian)
        withUnsafeBytes(of: halves) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: body)
        return hash.finalize()
    }
}
