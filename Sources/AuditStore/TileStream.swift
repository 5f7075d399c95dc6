import AuditLog

/// The leaves of `audit.tile` in the order of their events.
struct TileStream {
    private let postgres: Postgres
    private let log: Int32
    /// The last event whose leaf must be there.
    private let lastSeq: Int64
    private var tile: Int64 = -1
    private var hashes: [UInt8] = []
    private var ahead: [Int64: (hashes: [UInt8], root: [UInt8]?)] = [:]
    private var aheadEnd: Int64 = 0

    /// 512 KiB of leaves at a time.
    private static let tilesAtOnce: Int64 = 64

    init(_ postgres: Postgres, log: Int32, lastSeq: Int64) {
        self.postgres = postgres
        self.log = log
        self.lastSeq = lastSeq
    }

    /// The leaf as it was stored; nil when there is none.
    ///
    /// - Parameter check: is told what is wrong with a tile, as its first event is asked for.
    mutating func leaf(of seq: Int64, _ check: inout RecordCheck) throws -> TreeHash? {
        let index = seq - 1
        if index / Tile.leaves != tile { try turn(to: index / Tile.leaves, &check) }
        let start = Int(index % Tile.leaves) * TreeHash.byteCount
        guard hashes.count >= start + TreeHash.byteCount else { return nil }
        return hashes.withUnsafeBytes { bytes in
            TreeHash(UnsafeRawBufferPointer(rebasing: bytes[start..<start + TreeHash.byteCount]))
        }
    }

    private mutating func turn(to wanted: Int64, _ check: inout RecordCheck) throws {
        if wanted >= aheadEnd { try load(from: wanted) }
        tile = wanted
        let first = tile * Tile.leaves + 1
        guard let found = ahead.removeValue(forKey: tile) else {
            hashes = []
            return check.report(first, .tile(tile, "it is missing"))
        }
        hashes = found.hashes
        let there = Int64(hashes.count / TreeHash.byteCount)
        if there < min(Tile.leaves, lastSeq - first + 1) {
            check.report(first + there, .tile(tile, "its leaves from here on are missing"))
        }
        if Tile.root(hashes)?.bytes != found.root {
            check.report(first, .tile(tile, "its root is not that of its leaves"))
        }
    }

    private mutating func load(from first: Int64) throws {
        ahead = [:]
        aheadEnd = first + Self.tilesAtOnce
        let found = try postgres.query(
            """
            select tile, hashes, root from audit.tile
            where log = $1 and tile >= $2 and tile < $3
            """,
            [.int4(log), .int8(first), .int8(aheadEnd)]
        )
        for row in 0..<found.rowCount {
            let root = found.isNull(row, 2) ? nil : found.bytes(row, 2)
            ahead[found.int8(row, 0)] = (found.bytes(row, 1), root)
        }
    }
}
