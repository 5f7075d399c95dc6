import AuditLog

/// Leaf hashes of events, kept in rows of 256 so that one can be looked up or proved by itself.
enum Tile {
    /// Events in a tile.
    static let leaves: Int64 = 256
    /// Bytes of a complete tile's hashes.
    static let bytesMax = Int(leaves) * TreeHash.byteCount

    /// The hash of a complete tile's subtree; nil for another number of hashes.
    static func root(_ hashes: [UInt8]) -> TreeHash? {
        guard hashes.count == bytesMax, let leaves = hashes.withUnsafeBytes({ TreeHash.array($0) })
        else { return nil }
        var frontier = TreeFrontier()
        for leaf in leaves { frontier.append(leaf) }
        return frontier.root
    }
}

extension ShipperConnection {
    /// The hashes of the tile that the event after `seq` goes to, as far as there are some.
    static func openTile(_ postgres: Postgres, log: Int32, after seq: Int64) throws -> [UInt8] {
        let expected = Int(seq % Tile.leaves) * TreeHash.byteCount
        if expected == 0 { return [] }
        let found = try postgres.query(
            "select hashes from audit.tile where log = $1 and tile = $2",
            [.int4(log), .int8(seq / Tile.leaves)]
        )
        let hashes = found.rowCount == 1 ? found.bytes(0, 0) : []
        guard hashes.count == expected else {
            throw Halt.tileMissing(tile: seq / Tile.leaves, expected: expected, found: hashes.count)
        }
        return hashes
    }

    /// Adds the shipment's leaves to the tiles.
    ///
    /// - Parameter open: the hashes of the tile that the first of them goes to.
    /// - Returns: the hashes of the tile that the next event will go to.
    static func extendTiles(
        _ postgres: Postgres,
        log: Int32,
        after watermark: Int64,
        open: [UInt8],
        with leaves: [UInt8]
    ) throws -> [UInt8] {
        var tile = watermark / Tile.leaves
        var hashes = open
        var rest = leaves[...]
        while !rest.isEmpty {
            let part = rest.prefix(Tile.bytesMax - hashes.count)
            hashes += part
            rest = rest.dropFirst(part.count)
            let root = Tile.root(hashes)
            _ = try postgres.query(
                tileStatement,
                [
                    .int4(log), .int8(tile), .bytes(hashes),
                    root.map { .bytes($0.bytes) } ?? .null,
                ]
            )
            if root != nil {
                tile += 1
                hashes = []
            }
        }
        return hashes
    }

    private static let tileStatement = """
        insert into audit.tile (log, tile, hashes, root) values ($1, $2, $3, $4::bytea)
        on conflict (log, tile) do update set hashes = excluded.hashes, root = excluded.root
        """
}
