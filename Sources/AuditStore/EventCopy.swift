import AuditLog

/// Events as their tuples: what a binary COPY gives is what was hashed.
enum EventCopy {
    /// The columns of schema 1, in the order of the record's format.
    static let columns = """
        log, seq, at, schema, retention, kind, stage, disposition, session, subject, channel, \
        channel_epoch, channel_seq, message, refers_log, refers_seq, rules, shadow_rules, score, \
        policy, bytes, judged_ns, content_hash, detail
        """

    /// Begins to copy events out, by `seq`.
    ///
    /// - Parameter condition: which, in SQL.
    static func begin(_ postgres: Postgres, where condition: String) throws -> CopyOut {
        try postgres.copyOut(
            """
            copy (select \(columns) from audit.event where \(condition) order by seq)
            to stdout (format binary)
            """,
            columns: Event.columns
        )
    }
}
