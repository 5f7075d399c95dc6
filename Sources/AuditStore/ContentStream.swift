import AuditLog

/// The contents of a stretch of a log, in the order of their events.
struct ContentStream {
    private let rows: CopyOut
    /// `part` is nil for a row that can't be one of the hub's.
    private var next: (seq: Int64, part: ContentPart?)?

    /// - Parameter condition: which rows, in SQL.
    init(_ postgres: Postgres, where condition: String) throws {
        rows = try postgres.copyOut(
            """
            copy (select log, seq, at, part, salt, body from audit.content
            where \(condition) order by seq, part) to stdout (format binary)
            """,
            columns: ContentRow.columns
        )
        try advance()
    }

    /// The parts of an event; nil when they are not each there once, as the hub writes them.
    ///
    /// - Parameter orphan: is told of contents before it that belong to no event of the stretch.
    mutating func parts(
        of seq: Int64,
        orphan: (Int64) -> Void
    ) throws -> [ContentPart]? {
        var parts: [ContentPart] = []
        var isSound = true
        while let row = next, row.seq <= seq {
            if row.seq < seq {
                orphan(row.seq)
            } else if let part = row.part, parts.last?.kind != part.kind {
                parts.append(part)
            } else {
                isSound = false
            }
            try advance()
        }
        return isSound ? parts : nil
    }

    private mutating func advance() throws {
        guard let tuple = try rows.next() else {
            next = nil
            return
        }
        next = (Row.seq(of: tuple) ?? 0, try? ContentRow(decoding: tuple).part)
    }
}
