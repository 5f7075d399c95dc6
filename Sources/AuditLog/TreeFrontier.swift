/// The right edge of a Merkle tree: all that is needed to append to it and to tell its root.
///
/// It holds the roots of the largest complete subtrees from left to right, one for each bit that
/// is set in the size.
package struct TreeFrontier: Hashable, Sendable {
    /// How many leaves the tree has.
    package private(set) var size: Int64
    /// The largest subtree first; at most 63.
    package private(set) var hashes: [TreeHash]

    /// A tree without leaves.
    package init() {
        size = 0
        hashes = []
    }

    /// A frontier as it was stored; nil when the number of hashes isn't that of the size's bits.
    package init?(size: Int64, hashes: [TreeHash]) {
        guard size >= 0, size.nonzeroBitCount == hashes.count else { return nil }
        self.size = size
        self.hashes = hashes
    }

    /// Adds the next leaf.
    package mutating func append(_ leaf: TreeHash) {
        var node = leaf
        size += 1
        for _ in 0..<size.trailingZeroBitCount {
            node = TreeHash(left: hashes.removeLast(), right: node)
        }
        hashes.append(node)
    }

    /// The tree's root (RFC 6962, section 2.1).
    package var root: TreeHash {
        guard var root = hashes.last else { return .empty }
        for hash in hashes.dropLast().reversed() { root = TreeHash(left: hash, right: root) }
        return root
    }
}
