import AuditLog
import AuditStore

/// What a check of a log found, in words.
struct VerifyReport {
    let log: Int32
    let check: RecordCheck
    let counts: RecordAudit.Counts
    let checksContent: Bool

    /// Findings that are printed one by one.
    static let linesMax = 100

    init(log: Int32, audit: RecordAudit, checksContent: Bool) {
        self.init(log: log, check: audit.check, counts: audit.counts, checksContent: checksContent)
    }

    init(_ export: ExportReader) {
        var counts = RecordAudit.Counts()
        counts.events = export.events
        counts.contents = export.contents
        self.init(
            log: export.log,
            check: export.check,
            counts: counts,
            checksContent: export.contents > 0
        )
    }

    init(log: Int32, check: RecordCheck, counts: RecordAudit.Counts, checksContent: Bool) {
        self.log = log
        self.check = check
        self.counts = counts
        self.checksContent = checksContent
    }

    var isWhole: Bool { check.findingCount == 0 }

    /// The findings by their place in the log, then one line that tells the outcome.
    func print() {
        let findings = check.findings.sorted { $0.seq < $1.seq }
        for finding in findings.prefix(Self.linesMax) {
            Terminal.say("\(log)-\(finding.seq): \(finding)")
        }
        if check.findingCount > Self.linesMax {
            Terminal.say("… and \(check.findingCount - Self.linesMax) more")
        }
        if let first = findings.first {
            Terminal.say(
                "TAMPERED: log \(log), first bad event \(log)-\(first.seq): \(first);"
                    + " findings: \(check.findingCount)"
            )
        } else {
            Terminal.say("WHOLE: log \(log), \(extent)")
        }
    }

    private var extent: String {
        var parts = ["\(counts.events) events", "\(check.checkpointCount) checkpoints"]
        let unsigned = check.lastSeq - check.signedSize
        if unsigned > 0 { parts.append("the last \(unsigned) events not signed yet") }
        if counts.quarantined > 0 { parts.append("\(counts.quarantined) in quarantine") }
        if counts.pruned > 0 { parts.append("\(counts.pruned) dropped by retention") }
        if checksContent {
            parts.append("\(counts.contents) contents")
            if counts.contentsGone > 0 { parts.append("\(counts.contentsGone) erased or dropped") }
        }
        return parts.joined(separator: ", ")
    }
}
