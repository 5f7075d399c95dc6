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
        counts.absent = export.absent
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

    /// What a check comes to.
    enum Verdict {
        case whole
        /// Nothing is wrong, and no checkpoint proves any of it.
        case unsigned
        case tampered
    }

    var verdict: Verdict {
        if check.findingCount > 0 { return .tampered }
        return check.isUnsigned ? .unsigned : .whole
    }

    /// The findings by their place in the log, then one line that tells the outcome.
    func print() {
        switch verdict {
        case .tampered: Self.say(check.findings, count: check.findingCount, of: log)
        case .unsigned:
            Terminal.say(
                "NOT SIGNED: log \(log), \(extent): nothing proves that they are what was recorded"
            )
        case .whole: Terminal.say("WHOLE: log \(log), \(extent)")
        }
    }

    /// Findings by their place, then the line that names the first.
    ///
    /// - Parameter count: how many there are, those that were not kept too.
    static func say(_ findings: [RecordFinding], count: Int, of log: Int32) {
        let findings = findings.sorted { $0.seq < $1.seq }
        for finding in findings.prefix(linesMax) {
            Terminal.say("\(log)-\(finding.seq): \(finding)")
        }
        if count > linesMax { Terminal.say("… and \(count - linesMax) more") }
        guard let first = findings.first else { return }
        Terminal.say(
            "TAMPERED: log \(log), first bad event \(log)-\(first.seq): \(first); findings: \(count)"
        )
    }

    /// What was looked at.
    var extent: String {
        var parts = ["\(counts.events) events", "\(check.checkpointCount) checkpoints"]
        let unsigned = check.lastSeq - check.signedSize
        if unsigned > 0, verdict != .unsigned {
            parts.append("the last \(unsigned) events not signed yet")
        }
        if counts.quarantined > 0 { parts.append("\(counts.quarantined) in quarantine") }
        if counts.absent > 0 { parts.append("\(counts.absent) absent") }
        if counts.pruned > 0 { parts.append("\(counts.pruned) dropped by retention") }
        if checksContent {
            parts.append("\(counts.contents) contents")
            if counts.contentsGone > 0 { parts.append("\(counts.contentsGone) erased or dropped") }
        }
        return parts.joined(separator: ", ")
    }
}
