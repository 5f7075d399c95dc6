package import AuditLog

/// Rows of `audit.event` that no hub shipped, as far as `audit.log` knows. No tree has them, so that
/// no leaf or checkpoint tells of them.
package enum StrayRows {
    /// Those of a log behind its watermark; nil when there are none.
    static func behindEnd(of log: Int32, _ connection: Postgres) throws -> RecordFinding? {
        // One statement, so that rows and watermark are of one moment while a hub ships.
        try rows(
            connection,
            where: """
                e.log = \(log) and e.seq > coalesce((
                    select l.watermark from audit.log l where l.log = \(log)), 0)
                """
        ).first?.finding
    }

    /// Those of logs that `audit.log` doesn't have, one finding a log.
    ///
    /// - Parameter logs: those that it has, by number.
    package static func ofNoLog(
        _ connection: Postgres,
        besides logs: [RecordAudit.Log]
    ) throws -> [(log: Int32, finding: RecordFinding)] {
        var found: [(log: Int32, finding: RecordFinding)] = []
        // From one number to the next, so that an index tells that there is nothing between them.
        var first = Int64(Int32.min)
        for end in logs.map({ Int64($0.number) }) + [Int64(Int32.max) + 1] {
            if first < end {
                found += try rows(
                    connection,
                    where: """
                        e.log between \(first) and \(end - 1)
                        and not exists (select from audit.log l where l.log = e.log)
                        """
                )
            }
            first = end + 1
        }
        return found + (try signedOfNoLog(connection, besides: found.map(\.log)))
    }

    /// Tiles and checkpoints of logs that `audit.log` doesn't have, and of which no row is left.
    private static func signedOfNoLog(
        _ connection: Postgres,
        besides logs: [Int32]
    ) throws -> [(log: Int32, finding: RecordFinding)] {
        let found = try connection.query(
            """
            select x.log, max(x.size) from (
                select log, size from audit.checkpoint
                union all select log, tile * 256 + octet_length(hashes) / 32 from audit.tile) x
            where not exists (select from audit.log l where l.log = x.log)
            group by x.log order by x.log
            """
        )
        return (0..<found.rowCount).compactMap { row in
            if logs.contains(found.int4(row, 0)) { return nil }
            let signed = found.int8(row, 1)
            return (found.int4(row, 0), RecordFinding(seq: 1, .truncated(signed: signed, left: 0)))
        }
    }

    private static func rows(
        _ connection: Postgres,
        where condition: String
    ) throws -> [(log: Int32, finding: RecordFinding)] {
        let found = try connection.query(
            """
            select e.log, min(e.seq), max(e.seq) from audit.event e where \(condition)
            group by e.log order by e.log
            """
        )
        return (0..<found.rowCount).map { row in
            let last = found.int8(row, 2)
            return (found.int4(row, 0), RecordFinding(seq: found.int8(row, 1), .stray(last: last)))
        }
    }
}
