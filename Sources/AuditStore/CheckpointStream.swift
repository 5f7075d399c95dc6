import AuditLog

/// The checkpoints of a log by size: those of `audit.checkpoint`, and notes that others have kept.
struct CheckpointStream {
    /// One to be checked when its size is reached.
    struct Item {
        var size: Int64
        var note: String
        /// Columns of its row; nil for a note from outside.
        var root: [UInt8]?
        var frontier: [TreeHash]?
    }

    /// The next one's size; nil behind the last.
    private(set) var nextSize: Int64?
    private let postgres: Postgres
    private let log: Int32
    private let lastSeq: Int64
    private var kept: [Item]
    private var ahead: [Item] = []
    private var isOver = false
    private var newest: Int64

    /// About 300 KB at a time.
    private static let rowsAtOnce: Int64 = 500

    /// - Parameters:
    ///   - after: the largest size that is left out.
    ///   - kept: from outside, in any order.
    init(
        _ postgres: Postgres,
        log: Int32,
        after: Int64,
        lastSeq: Int64,
        kept: [Item]
    ) throws {
        newest = after
        self.postgres = postgres
        self.log = log
        self.lastSeq = lastSeq
        self.kept = kept.sorted { $0.size > $1.size }
        try advance()
    }

    /// Those of the size that was reached.
    mutating func take(upTo size: Int64) throws -> [Item] {
        var items: [Item] = []
        while let next = nextSize, next <= size {
            if let row = ahead.last, row.size == next {
                items.append(ahead.removeLast())
            } else {
                items.append(kept.removeLast())
            }
            try advance()
        }
        return items
    }

    private mutating func advance() throws {
        if ahead.isEmpty, !isOver { try load() }
        nextSize = [ahead.last?.size, kept.last?.size].compactMap(\.self).min()
    }

    private mutating func load() throws {
        let found = try postgres.query(
            """
            select size, note, root, frontier from audit.checkpoint
            where log = $1 and size > $2 and size <= $3 order by size limit $4
            """,
            [.int4(log), .int8(newest), .int8(lastSeq), .int8(Self.rowsAtOnce)]
        )
        ahead = (0..<found.rowCount).reversed().map { row in
            let hashes = found.bytes(row, 3).withUnsafeBytes { TreeHash.array($0) }
            return Item(
                size: found.int8(row, 0),
                note: found.text(row, 1),
                root: found.bytes(row, 2),
                frontier: hashes ?? []
            )
        }
        newest = ahead.first?.size ?? newest
        isOver = found.rowCount < Self.rowsAtOnce
    }
}
