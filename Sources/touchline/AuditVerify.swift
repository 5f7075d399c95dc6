import ArgumentParser
import AuditLog
import AuditStore
import Foundation

/// `touchline audit verify`: whether the record is what was recorded.
struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that the record is what was recorded.",
        discussion: """
            Recomputes the leaf of every event, compares it with the leaf that was kept, and the \
            leaves with every checkpoint that the hub signed. Names each event that was changed, \
            deleted or moved. What it can and can't prove: docs/proofs.md.

            Whoever owns the hub's machine can rewrite everything on it and sign anew. --against \
            holds the record to a checkpoint that was kept elsewhere.

            Where the hub's key was replaced, every key that signed is needed: more than one --key, \
            or a file with one a line.

            Exit codes: 0 whole, 1 tampered with, 2 could not be checked, or there is no signed \
            checkpoint to check it by (NOT SIGNED), 64 wrong words.

            Examples:
              touchline audit verify --config /etc/touchline/touchline.yaml
              touchline audit verify --database "dbname=touchline user=ann" --key hub.vkey
              touchline audit verify record.ndjson --key hub.vkey
              touchline audit verify --dir .touchline --content --against /mnt/kept/1-5000.checkpoint
            """
    )

    @OptionGroup var record: PlaceOptions
    @OptionGroup var keys: PublicKeys

    @Option(help: "A file with a checkpoint that was kept elsewhere; may be repeated.")
    var against: [String] = []

    @Option(help: "Only this log.")
    var log: Int32?

    @Flag(help: "Compare contents, too: needs a role with touchline_reviewer.")
    var content = false

    @Argument(help: "An NDJSON export to check instead of a database; needs --key.")
    var export: String?

    func validate() throws {
        if export != nil, !against.isEmpty || content || log != nil {
            throw ValidationError("--against, --content and --log are for databases.")
        }
    }

    func run() async throws {
        try CheckExit.run {
            if let export {
                return try ExportFile(path: export).verify(try keys.verifiers())
            }
            let place = try record.place()
            try verifyDatabase(place, try place.connection())
        }
    }

    private func verifyDatabase(_ place: PlaceOptions.Place, _ database: String) throws {
        let connection = try Postgres(connecting: database, application: "touchline audit verify")
        var logs = try RecordAudit.logs(connection)
        let strays = log == nil ? try StrayRows.ofNoLog(connection, besides: logs) : []
        if let log { logs.removeAll { $0.number != log } }
        guard !logs.isEmpty || !strays.isEmpty else {
            throw CommandFault(
                log.map { "This database has no log \($0)." } ?? "This database has no log yet."
            )
        }
        var kept = try against.map(KeptCheckpoint.init(file:))
        var verdicts: [VerifyReport.Verdict] = []
        for log in logs {
            let keys = try keys.keys(of: log.origin, at: place)
            let own = try kept.filter { $0.name == keys.name }.map { try $0.opened(keys) }
            kept.removeAll { $0.name == keys.name }
            let audit = try RecordAudit(
                database,
                log: log,
                keys: keys,
                kept: own,
                checksContent: content
            )
            let meter = ProgressMeter("log \(log.number)", total: log.watermark)
            try audit.run { meter.reached($0) }
            meter.end(audit.check.lastSeq)
            let report = VerifyReport(log: log.number, audit: audit, checksContent: content)
            report.print()
            verdicts.append(report.verdict)
        }
        for stray in strays {
            VerifyReport.say([stray.finding], count: 1, of: stray.log)
            verdicts.append(.tampered)
        }
        for digest in log == nil ? try RecordedPolicies.altered(connection) : [] {
            Terminal.say(
                "TAMPERED: audit.policy, the files of \(digest) are not those of this digest"
            )
            verdicts.append(.tampered)
        }
        if let stranger = kept.first {
            throw CommandFault(
                "\(stranger.path) is of \(stranger.name), which is no log that was checked."
            )
        }
        try CheckExit.end(with: verdicts)
    }
}

/// A signed checkpoint in a file.
struct KeptCheckpoint {
    let path: String
    let note: String
    /// The log that it names; nobody has checked its signature.
    let name: String

    init(file path: String) throws {
        guard let data = FileManager.default.contents(atPath: path),
            let note = String(data: data.prefix(SignedNote.bytesMax + 1), encoding: .utf8)
        else { throw CommandFault("\(path) cannot be read.") }
        self.path = path
        self.note = note
        do {
            name = try Checkpoint(parsing: try SignedNote(parsing: note).text).origin
        } catch {
            throw CommandFault("\(path): \(error).")
        }
    }

    /// Checks the signature.
    func opened(_ keys: LogKeys) throws -> (size: Int64, note: String) {
        do {
            return (try Checkpoint(parsing: try keys.open(note)).size, note)
        } catch {
            throw CommandFault("\(path): \(error). It proves nothing about this log.")
        }
    }
}
