import ArgumentParser
import AuditLog
import AuditStore

/// `touchline audit export`: the record, or a part of it, as a file.
struct AuditExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the record to standard output, as NDJSON or CSV.",
        discussion: """
            NDJSON carries every event's fields, leaf and the signed checkpoints: `touchline audit \
            verify <file>` checks it anywhere, docs/proofs.md describes it for other readers. The \
            record is checked on the way. CSV is for spreadsheets and proves nothing; text that a \
            spreadsheet would take for a formula gets an apostrophe before it.

            Exit codes: 0 written, 1 written, but the record was tampered with, 2 could not be \
            read, 64 wrong words.

            Examples:
              touchline audit export --config touchline.yaml > record.ndjson
              touchline audit export --format csv --from 2026-04-01 --to 2026-05-01 \\
                --database "dbname=touchline user=ann" > april.csv
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case ndjson, csv }

    @OptionGroup var record: PlaceOptions
    @OptionGroup var keys: PublicKeys

    @Option(help: "ndjson or csv.")
    var format = Format.ndjson

    @Option(help: "The first moment, such as 2026-04-01 or 2026-04-01T18:00Z; from the beginning.")
    var from: String?

    @Option(help: "The first moment that is left out; to the end.")
    var to: String?

    @Option(help: "Which log; needed when there are several.")
    var log: Int32?

    @Flag(help: "With contents, and in CSV with names: needs a role with touchline_reviewer.")
    var content = false

    func run() async throws {
        try CheckExit.run {
            let place = try record.place()
            let database = try place.connection()
            let connection = try Postgres(connecting: database, application: "touchline audit")
            let chosen = try oneLog(try RecordAudit.logs(connection))
            guard let range = try range(chosen, connection) else {
                throw CommandFault("Log \(chosen.number) has no event of that time.")
            }
            switch format {
            case .csv:
                try TrailCSV(connection, log: chosen.number, range: range, hasContent: content)
                    .write { try Terminal.write(all: $0) }
            case .ndjson:
                let keys = try keys.keys(of: chosen.origin, at: place)
                try writeLines(chosen, range, keys, database)
            }
        }
    }

    private func oneLog(_ logs: [RecordAudit.Log]) throws -> RecordAudit.Log {
        if let log {
            if let found = logs.first(where: { $0.number == log }) { return found }
            throw CommandFault("This database has no log \(log).")
        }
        guard let first = logs.first else { throw CommandFault("This database has no log yet.") }
        guard logs.count == 1 else {
            let numbers = logs.map { "\($0.number)" }.joined(separator: ", ")
            throw CommandFault("Which log? Say --log; there are \(numbers).")
        }
        return first
    }

    /// The events between the two moments, nil when there is none.
    private func range(
        _ log: RecordAudit.Log,
        _ connection: Postgres
    ) throws -> ClosedRange<Int64>? {
        guard from != nil || to != nil else {
            return log.watermark > 0 ? 1...log.watermark : nil
        }
        try connection.run("set statement_timeout = '10min'")
        let first = from ?? "-infinity"
        let end = to ?? "infinity"
        for moment in [first, end] {
            do {
                _ = try connection.query("select $1::text::timestamptz", [.text(moment)])
            } catch {
                throw CommandFault("'\(moment)' is no day or time, such as 2026-04-01T18:00Z.")
            }
        }
        let found = try connection.query(
            """
            select min(seq), max(seq) from audit.event
            where log = $1 and at >= $2::text::timestamptz and at < $3::text::timestamptz
            """,
            [.int4(log.number), .text(first), .text(end)]
        )
        if found.isNull(0, 0) { return nil }
        return found.int8(0, 0)...found.int8(0, 1)
    }

    private func writeLines(
        _ log: RecordAudit.Log,
        _ range: ClosedRange<Int64>,
        _ keys: LogKeys,
        _ database: String
    ) throws {
        var writer = ExportWriter { try Terminal.write(all: $0) }
        let audit = try RecordAudit(
            database,
            log: log,
            keys: keys,
            checksContent: content,
            range: range
        ) { try writer.write($0) }
        try writer.begin(log: log.number, origin: keys.name, after: audit.check.frontier)
        let meter = ProgressMeter("log \(log.number)", total: range.upperBound)
        try audit.run { meter.reached($0) }
        meter.end(audit.check.lastSeq)
        try writer.end(lastSeq: audit.check.lastSeq)
        guard audit.check.findingCount == 0 else {
            Terminal.warn(
                "The record was tampered with, and the export shows it. See `touchline audit verify`."
            )
            throw CheckExit.tampered
        }
    }
}
