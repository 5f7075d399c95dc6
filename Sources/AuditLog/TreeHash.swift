package import Crypto

/// A hash in a log's Merkle tree (RFC 6962, section 2.1): 32 bytes.
package struct TreeHash: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// How many bytes it has.
    package static let byteCount = 32

    /// The leaf of an event: SHA-256(0x00 ‖ tuple), the tuple exactly as COPY ships it.
    package init(leafOf tuple: UnsafeRawBufferPointer) {
        var hash = SHA256()
        Swift.withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: tuple)
        self.init(hash.finalize())
    }

    /// An inner node: SHA-256(0x01 ‖ left ‖ right).
    package init(left: TreeHash, right: TreeHash) {
        var hash = SHA256()
        Swift.withUnsafeBytes(of: UInt8(1)) { hash.update(bufferPointer: $0) }
        left.withUnsafeBytes { hash.update(bufferPointer: $0) }
        right.withUnsafeBytes { hash.update(bufferPointer: $0) }
        self.init(hash.finalize())
    }

    /// The root of a tree without leaves: SHA-256 of nothing.
    package static let empty = TreeHash(SHA256().finalize())

    package init(_ digest: SHA256.Digest) {
        words = digest.withUnsafeBytes {
            $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
        }
    }

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == TreeHash.byteCount else { return nil }
        words = bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }

    package init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard let hash = bytes.withUnsafeBytes({ TreeHash($0) }) else { return nil }
        self = hash
    }

    /// Consecutive hashes, 32 bytes each; nil when the bytes are not whole hashes.
    package static func array(_ bytes: UnsafeRawBufferPointer) -> [TreeHash]? {
        guard bytes.count % byteCount == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: byteCount).compactMap {
            TreeHash(UnsafeRawBufferPointer(rebasing: bytes[$0..<$0 + byteCount]))
        }
    }

    package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        Swift.withUnsafeBytes(of: words, body)
    }

    package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    package static func == (left: TreeHash, right: TreeHash) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension TreeHash: CustomStringConvertible {
    /// In hexadecimal, as `audit.leaf` prints it with `encode(…, 'hex')`.
    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension [TreeHash] {
    /// The hashes one after the other.
    package var joinedBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * TreeHash.byteCount)
        for hash in self { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }
}
