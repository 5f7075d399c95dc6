package import AuditLog

/// Makes receipts from the stored tree.
package struct ReceiptMaker {
    /// Why there is no receipt for an event.
    package enum Fault: Error, Equatable, CustomStringConvertible {
        case noSuchLog(Int32)
        /// Newer than all that was shipped.
        case notShipped(newest: Int64)
        /// Newer than the newest checkpoint.
        case notSigned(newest: Int64)
        /// Retention dropped it: its leaf is left, not what it was.
        case pruned
        /// Only who may read quarantine can have it.
        case quarantined
        case missing
        case tile(Int64)

        package var description: String {
            switch self {
            case .noSuchLog(let log): "this database has no log \(log)"
            case .notShipped(let newest): "it is not shipped yet: the newest event is \(newest)"
            case .notSigned(let newest):
                "it is not signed yet: the newest checkpoint covers the events up to \(newest); the "
                    + "hub signs each second while it runs"
            case .pruned: "retention dropped it: only its hash is left"
            case .quarantined:
                "it is in quarantine, whose tuples this role may not read (touchline_reviewer may)"
            case .missing: "its row is missing: run `touchline audit verify`"
            case .tile(let tile): "audit.tile \(tile) is missing: run `touchline audit verify`"
            }
        }
    }

    private let postgres: Postgres
    private let log: Int32

    package init(_ postgres: Postgres, log: Int32) {
        self.postgres = postgres
        self.log = log
    }

    /// The receipt of an event, under the newest checkpoint. Nobody has checked it yet.
    package func receipt(of seq: Int64) throws -> Receipt {
        let found = try postgres.query(
            """
            select l.watermark, c.size, c.note from audit.log l left join lateral (
                select * from audit.checkpoint x where x.log = l.log order by x.size desc limit 1
            ) c on true where l.log = $1
            """,
            [.int4(log)]
        )
        guard found.rowCount == 1 else { throw Fault.noSuchLog(log) }
        guard seq <= found.int8(0, 0) else { throw Fault.notShipped(newest: found.int8(0, 0)) }
        let size = found.isNull(0, 1) ? 0 : found.int8(0, 1)
        guard seq <= size else { throw Fault.notSigned(newest: size) }
        return Receipt(
            tuple: try tuple(of: seq),
            index: seq - 1,
            proof: try TreeProof.inclusion(of: seq - 1, in: size, node),
            note: found.text(0, 2)
        )
    }

    /// An event's tuple, as its row or quarantine has it.
    package func tuple(of seq: Int64) throws -> [UInt8] {
        let days = try postgres.query(
            """
            select to_char(min(day)::timestamp, 'YYYY-MM-DD'),
                to_char((max(day) + 1)::timestamp, 'YYYY-MM-DD')
            from audit.day where log = $1 and $2 between first_seq and last_seq
            """,
            [.int4(log), .int8(seq)]
        )
        if !days.isNull(0, 0) {
            let rows = try EventCopy.begin(
                postgres,
                where: """
                    log = \(log) and seq = \(seq) and at >= '\(days.text(0, 0)) 00:00:00+00'
                    and at < '\(days.text(0, 1)) 00:00:00+00'
                    """
            )
            var tuple: [UInt8]?
            while let row = try rows.next() { tuple = tuple ?? Array(row) }
            if let tuple { return tuple }
        }
        var absent = try AbsentEvents(postgres, log: log)
        switch try absent.account(for: seq) {
        case .quarantined(let tuple?, _): return tuple
        case .quarantined(nil, _): throw Fault.quarantined
        case .pruned: throw Fault.pruned
        case nil: throw Fault.missing
        }
    }

    /// The frontier of the tree of the first `size` events, as the tiles have it.
    func frontier(of size: Int64) throws -> TreeFrontier {
        var hashes: [TreeHash] = []
        var first: Int64 = 0
        for level in (0..<63).reversed() where size >> level & 1 == 1 {
            hashes.append(try node(level, first >> level))
            first += 1 << level
        }
        return TreeFrontier(size: size, hashes: hashes) ?? TreeFrontier()
    }

    private func node(_ level: Int, _ index: Int64) throws -> TreeHash {
        let first = index << level
        let count = Int64(1) << level
        var frontier = TreeFrontier()
        guard count >= Tile.leaves else {
            let tile = first / Tile.leaves
            let found = try postgres.query(
                "select hashes from audit.tile where log = $1 and tile = $2",
                [.int4(log), .int8(tile)]
            )
            let hashes = found.rowCount == 1 ? found.bytes(0, 0) : []
            let leaves = hashes.withUnsafeBytes { TreeHash.array($0) } ?? []
            let start = Int(first % Tile.leaves)
            guard leaves.count >= start + Int(count) else { throw Fault.tile(tile) }
            for leaf in leaves[start..<start + Int(count)] { frontier.append(leaf) }
            return frontier.root
        }
        let tiles = first / Tile.leaves..<(first + count) / Tile.leaves
        let found = try postgres.query(
            "select root from audit.tile where log = $1 and tile >= $2 and tile < $3 order by tile",
            [.int4(log), .int8(tiles.lowerBound), .int8(tiles.upperBound)]
        )
        for row in 0..<found.rowCount {
            guard !found.isNull(row, 0), let root = TreeHash(found.bytes(row, 0)) else {
                throw Fault.tile(tiles.lowerBound + Int64(row))
            }
            frontier.append(root)
        }
        guard frontier.size == Int64(tiles.count) else { throw Fault.tile(tiles.lowerBound) }
        return frontier.root
    }
}
