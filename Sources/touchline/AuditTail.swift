import ArgumentParser
import AuditLog
import AuditStore

/// `touchline audit tail`: the newest events, and those that come.
struct AuditTail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest events, and with -f those that come.",
        discussion: """
            One line an event: time (UTC), decision, what happened, disposition, channel, who, rules. \
            An event is shown once it is in the database.

            Exit codes: 0 shown, 2 could not be read, 64 wrong words.

            Examples:
              touchline audit tail -f --dir .touchline
              touchline audit tail -n 100 --database "dbname=touchline user=ann" --content
            """
    )

    @OptionGroup var record: PlaceOptions

    @Flag(name: [.customShort("f"), .customLong("follow")], help: "Go on with what comes.")
    var follow = false

    @Option(name: [.customShort("n"), .customLong("lines")], help: "How many of the newest.")
    var lines: Int64 = 20

    @Flag(help: "With names and texts: needs a role with touchline_reviewer.")
    var content = false

    func validate() throws {
        guard (0...10_000).contains(lines) else {
            throw ValidationError("-n is a number up to 10000.")
        }
    }

    func run() async throws {
        do {
            let place = try record.place()
            let database = try Postgres(
                connecting: try place.connection(),
                application: "touchline audit tail"
            )
            var shown: [Int32: Int64] = [:]
            repeat {
                for log in try RecordAudit.logs(database) {
                    let from = shown[log.number] ?? log.watermark - lines
                    shown[log.number] = try show(log, after: from, database)
                }
                if follow { try await Task.sleep(for: .milliseconds(500)) }
            } while follow
        } catch {
            try CheckExit.run { throw error }
        }
    }

    /// - Returns: the newest event shown.
    private func show(
        _ log: RecordAudit.Log,
        after seq: Int64,
        _ database: Postgres
    ) throws -> Int64 {
        guard log.watermark > seq else { return seq }
        let text = content ? "coalesce(t.original, t.delivered, t.reason)" : "null::text"
        let name = content ? "coalesce(t.subject_name, t.subject::text)" : "t.subject::text"
        let view = content ? "audit.trail_with_content" : "audit.trail"
        // The oldest day that can have one of them, so that no other partition is read.
        let found = try database.query(
            """
            select to_char(t.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), t.decision, t.kind,
                t.disposition, coalesce(t.channel, '-'), coalesce(\(name), '-'),
                array_to_string(t.rules, ' '), \(text)
            from \(view) t
            where t.log = $1 and t.seq > $2 and t.seq <= $3 and t.at >= (
                select coalesce(min(d.day), 'epoch')::timestamp at time zone 'UTC' from audit.day d
                where d.log = $1 and d.last_seq > $2)
            order by t.seq
            """,
            [.int4(log.number), .int8(seq), .int8(log.watermark)]
        )
        for row in 0..<found.rowCount {
            var words = (0..<6).map { found.text(row, $0) }
            if !found.text(row, 6).isEmpty { words.append("[\(found.text(row, 6))]") }
            if !found.isNull(row, 7) { words.append("\u{201C}\(found.text(row, 7))\u{201D}") }
            Terminal.say(words.map(SafeText.line).joined(separator: "  "))
        }
        return log.watermark
    }
}
