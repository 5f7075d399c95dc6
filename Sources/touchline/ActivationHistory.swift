import AuditStore

/// What was in force when, of one log: the newest first.
struct ActivationHistory {
    struct Entry {
        let decision: String
        /// As PostgreSQL writes it, in UTC.
        let at: String
        let digest: Digest
        /// Who put it in force, in words.
        let by: String
    }

    let log: Int32
    let entries: [Entry]

    /// - Parameter log: nil when the database has one only.
    static func read(_ database: Postgres, log: Int32?) throws -> ActivationHistory {
        let rows = try database.query(
            """
            select log, decision, (at at time zone 'UTC')::timestamp(0)::text, decode(policy, 'hex'),
                by, requested_by::text
            from audit.activations where log = coalesce($1, log)
            order by at desc, seq desc limit 1000
            """,
            [log.map { .int4($0) } ?? .null]
        )
        let logs = Set((0..<rows.rowCount).map { rows.int4($0, 0) })
        guard let only = logs.first else {
            throw CommandFault("No hub has put policies in force on this database yet.")
        }
        guard logs.count == 1 else {
            let names = logs.sorted().map(String.init).joined(separator: ", ")
            throw CommandFault("The database has the logs \(names): say which with --log.")
        }
        let entries = (0..<rows.rowCount).map { row in
            Entry(
                decision: rows.text(row, 1),
                at: rows.text(row, 2),
                digest: Digest(rows.bytes(row, 3)),
                by: words(
                    rows.isNull(row, 4) ? "" : rows.text(row, 4),
                    rows.isNull(row, 5) ? nil : rows.text(row, 5)
                )
            )
        }
        return ActivationHistory(log: only, entries: entries)
    }

    private static func words(_ actor: String, _ name: String?) -> String {
        switch actor {
        case "start": "by the hub's start"
        case "watch": "by an edit of the folder"
        case "signal": "by SIGHUP"
        case "request": "by \(name ?? "a request")"
        default: "by \(actor)"
        }
    }

    /// The bundle whose digest begins so.
    func digest(_ prefix: String) throws -> Digest {
        let found = Set(entries.map(\.digest).filter { $0.hex.hasPrefix(prefix.lowercased()) })
        guard let one = found.first, !prefix.isEmpty else {
            throw CommandFault(
                "No policies with a digest \(prefix)… were ever in force. See touchline policy status."
            )
        }
        guard found.count == 1 else {
            throw CommandFault("Several digests begin with \(prefix): give more digits.")
        }
        return one
    }

    /// The bundle that was in force before the present one.
    func before() throws -> Digest {
        guard let present = entries.first?.digest,
            let other = entries.first(where: { $0.digest != present })
        else {
            throw CommandFault("No other policies were in force: there is nothing to go back to.")
        }
        return other.digest
    }
}
