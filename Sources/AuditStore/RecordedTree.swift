package import AuditLog

/// A log's Merkle tree as the database has it, for a hub that goes on with it.
package struct RecordedTree: Sendable, Equatable {
    /// Over all events shipped.
    package var frontier: TreeFrontier
    /// The newest checkpoint's size; 0 without one.
    package var signedSize: Int64

    /// Why the tree can't be gone on with.
    package enum Fault: Error, Equatable, CustomStringConvertible {
        /// A checkpoint speaks of events that are not there.
        case truncated(signedSize: Int64, lastSeq: Int64)
        /// A row of `audit.tile` is missing or too short.
        case tile(Int64)
        /// The newest checkpoint's root is not that of its own frontier.
        case checkpoint(size: Int64)

        package var description: String {
            switch self {
            case .truncated(let size, let last):
                "a checkpoint was signed over \(size) events, but the log ends with \(last): events "
                    + "are missing from the database; restore it, or ship the journal again"
            case .tile(let tile):
                "audit.tile \(tile) is missing or too short: run `touchline audit verify`"
            case .checkpoint(let size):
                "the checkpoint of size \(size) has been changed: run `touchline audit verify`"
            }
        }
    }

    /// The leaf hash of an event as the database has it; nil where it has none.
    package static func leaf(
        _ connection: Postgres,
        log: Int32,
        seq: Int64
    ) throws -> TreeHash? {
        let found = try connection.query(
            "select substring(hashes from $3 for 32) from audit.tile where log = $1 and tile = $2",
            [
                .int4(log), .int8((seq - 1) / Tile.leaves),
                .int4(Int32((seq - 1) % Tile.leaves) * Int32(TreeHash.byteCount) + 1),
            ]
        )
        guard found.rowCount == 1 else { return nil }
        return found.bytes(0, 0).withUnsafeBytes { TreeHash.array($0)?.first }
    }

    /// Reads the newest checkpoint and the leaves since.
    ///
    /// - Parameter lastSeq: the newest event's `seq`.
    package static func load(
        _ connection: Postgres,
        log: Int32,
        lastSeq: Int64
    ) throws -> RecordedTree {
        var frontier = TreeFrontier()
        let newest = try connection.query(
            """
            select size, root, frontier from audit.checkpoint where log = $1
            order by size desc limit 1
            """,
            [.int4(log)]
        )
        if newest.rowCount == 1 {
            let size = newest.int8(0, 0)
            guard size <= lastSeq else {
                throw Fault.truncated(signedSize: size, lastSeq: lastSeq)
            }
            let hashes = newest.bytes(0, 2).withUnsafeBytes { TreeHash.array($0) }
            guard let hashes, let signed = TreeFrontier(size: size, hashes: hashes),
                signed.root.bytes == newest.bytes(0, 1)
            else { throw Fault.checkpoint(size: size) }
            frontier = signed
        }
        let signedSize = frontier.size
        while frontier.size < lastSeq {
            let tile = frontier.size / Tile.leaves
            let found = try connection.query(
                "select hashes from audit.tile where log = $1 and tile = $2",
                [.int4(log), .int8(tile)]
            )
            let hashes = found.rowCount == 1 ? found.bytes(0, 0) : []
            guard let leaves = hashes.withUnsafeBytes({ TreeHash.array($0) }) else {
                throw Fault.tile(tile)
            }
            let first = Int(frontier.size % Tile.leaves)
            let count = Int(min(Tile.leaves, lastSeq - tile * Tile.leaves))
            guard leaves.count >= count else { throw Fault.tile(tile) }
            for leaf in leaves[first..<count] { frontier.append(leaf) }
        }
        return RecordedTree(frontier: frontier, signedSize: signedSize)
    }
}
