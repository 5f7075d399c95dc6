/// Proofs over a Merkle tree (RFC 6962, section 2.1; checked as RFC 9162, sections 2.1.3 and 2.1.4).
package enum TreeProof {
    /// Hashes of complete subtrees: `level` 0 are leaves, a node of level `n` covers the leaves
    /// from `index << n` on, `1 << n` of them.
    package typealias Nodes = (_ level: Int, _ index: Int64) throws -> TreeHash

    /// That the leaf at `index` is in the tree of `size` leaves: its siblings, from the leaf up.
    ///
    /// - Precondition: `0 <= index < size`.
    package static func inclusion(
        of index: Int64,
        in size: Int64,
        _ nodes: Nodes
    ) throws -> [TreeHash] {
        precondition(index >= 0 && index < size, "only a leaf of the tree can be proved")
        return try path(to: index, in: 0..<size, nodes)
    }

    /// That the tree of `first` leaves is the beginning of the tree of `second` leaves.
    ///
    /// - Precondition: `0 < first <= second`.
    package static func consistency(
        from first: Int64,
        to second: Int64,
        _ nodes: Nodes
    ) throws -> [TreeHash] {
        precondition(first > 0 && first <= second, "a tree only grows")
        if first == second { return [] }
        return try subproof(first, in: 0..<second, isWhole: true, nodes)
    }

    /// The root over a range of leaves that begins where a subtree of its size may begin.
    package static func root(of range: Range<Int64>, _ nodes: Nodes) throws -> TreeHash {
        if range.isEmpty { return .empty }
        let count = Int64(range.count)
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return try nodes(level, range.lowerBound >> level)
        }
        let middle = range.lowerBound + split(count)
        return TreeHash(
            left: try root(of: range.lowerBound..<middle, nodes),
            right: try root(of: middle..<range.upperBound, nodes)
        )
    }

    private static func path(
        to index: Int64,
        in range: Range<Int64>,
        _ nodes: Nodes
    ) throws -> [TreeHash] {
        if range.count == 1 { return [] }
        let middle = range.lowerBound + split(Int64(range.count))
        let left = range.lowerBound..<middle
        let right = middle..<range.upperBound
        return index < middle
            ? try path(to: index, in: left, nodes) + [root(of: right, nodes)]
            : try path(to: index, in: right, nodes) + [root(of: left, nodes)]
    }

    private static func subproof(
        _ first: Int64,
        in range: Range<Int64>,
        isWhole: Bool,
        _ nodes: Nodes
    ) throws -> [TreeHash] {
        if first == range.upperBound { return isWhole ? [] : [try root(of: range, nodes)] }
        let middle = range.lowerBound + split(Int64(range.count))
        let left = range.lowerBound..<middle
        let right = middle..<range.upperBound
        return first <= middle
            ? try subproof(first, in: left, isWhole: isWhole, nodes) + [root(of: right, nodes)]
            : try subproof(first, in: right, isWhole: false, nodes) + [root(of: left, nodes)]
    }

    /// The largest power of two below `count`, which is at least 2.
    private static func split(_ count: Int64) -> Int64 {
        1 << (Int64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}

extension TreeProof {
    /// The root that an inclusion proof leads to; nil when the proof has another length than that
    /// leaf's, or there is no such leaf.
    package static func root(
        ofLeaf leaf: TreeHash,
        at index: Int64,
        in size: Int64,
        proof: [TreeHash]
    ) -> TreeHash? {
        guard index >= 0, index < size else { return nil }
        var node = index
        var last = size - 1
        var hash = leaf
        for sibling in proof {
            if last == 0 { return nil }
            if node & 1 == 1 || node == last {
                hash = TreeHash(left: sibling, right: hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = TreeHash(left: hash, right: sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 ? hash : nil
    }

    /// Whether `second` is a tree that grew out of `first`, which has at least one leaf: a tree without
    /// any says nothing.
    package static func isConsistent(
        from first: (size: Int64, root: TreeHash),
        to second: (size: Int64, root: TreeHash),
        proof: [TreeHash]
    ) -> Bool {
        guard first.size > 0, first.size <= second.size else { return false }
        if first.size == second.size { return proof.isEmpty && first.root == second.root }
        var proof = proof[...]
        // A first tree that is one complete subtree is the proof's first hash itself.
        if first.size.nonzeroBitCount == 1 { proof = ([first.root] + proof)[...] }
        guard let start = proof.popFirst() else { return false }
        var node = first.size - 1
        var last = second.size - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var old = start
        var new = start
        for hash in proof {
            if last == 0 { return false }
            if node & 1 == 1 || node == last {
                old = TreeHash(left: hash, right: old)
                new = TreeHash(left: hash, right: new)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                new = TreeHash(left: new, right: hash)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && old == first.root && new == second.root
    }
}
