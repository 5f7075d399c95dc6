/// The trail for spreadsheets: PostgreSQL's own CSV, with a line of names.
package struct TrailCSV {
    private let postgres: Postgres
    private let statement: String

    /// - Parameters:
    ///   - range: of `seq`.
    ///   - hasContent: with names and texts; needs a role that may read them.
    package init(
        _ postgres: Postgres,
        log: Int32,
        range: ClosedRange<Int64>,
        hasContent: Bool
    ) {
        self.postgres = postgres
        let texts = hasContent ? Self.names + Self.contents : []
        let columns = Self.columns + texts.map { "\(Self.harmless($0)) as \($0)" }
        let view = hasContent ? "trail_with_content" : "trail"
        statement = """
            copy (select \(columns.joined(separator: ", ")) from audit.\(view)
            where log = \(log) and seq between \(range.lowerBound) and \(range.upperBound)
            order by seq) to stdout (format csv, header)
            """
    }

    /// - Parameter output: takes the lines, in order.
    package func write(_ output: (UnsafeRawBufferPointer) throws -> Void) throws {
        try postgres.run("set statement_timeout = 0")
        let lines = try postgres.copyOutText(statement)
        while let line = try lines.nextMessage() { try output(line) }
    }

    /// What a spreadsheet would take for a formula gets an apostrophe before it.
    private static func harmless(_ column: String) -> String {
        "regexp_replace(\(column), '^[-=+@\\t\\r]', '''\\&')"
    }

    private static let columns = [
        "decision", "at", "kind", "stage", "disposition", "subject", "session",
        "\(harmless("channel")) as channel", "channel_epoch", "channel_seq", "message", "refers",
        "array_to_string(rules, ' ') as rules",
        "array_to_string(shadow_rules, ' ') as shadow_rules",
        "score", "policy", "bytes", "judged_ns", "content_hash", "detail", "retention",
    ]
    private static let names = ["subject_name", "subject_issuer", "subject_sub"]
    private static let contents = ["original", "delivered", "reason", "connection"]
}
