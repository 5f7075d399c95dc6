import Crypto

/// The hashes of the record: leaves of the Merkle tree and commitments to content.
package enum Commitment {
    /// The leaf of an event: SHA-256(0x00 ‖ tuple) (RFC 6962, section 2.1), 32 bytes.
    ///
    /// The tuple is exactly what COPY ships, with its leading count of columns.
    package static func leaf(of tuple: UnsafeRawBufferPointer) -> [UInt8] {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: tuple)
        return [UInt8](hash.finalize())
    }

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
