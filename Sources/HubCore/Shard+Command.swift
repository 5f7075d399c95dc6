package import AuditLog
import PolicyEngine

// What the hub itself and the people who run it put into the record.
extension Shard {
    /// The first and the last event of a run.
    package func proposeRun(_ kind: EventKind, at now: Instant) {
        self.now = now
        var proposal = proposal(kind)
        record(&proposal, Particulars(started: ticks()))
    }

    /// Mutes, bans or lifts: in force for everything after its own `seq`.
    ///
    /// - Parameter until: microseconds since 2000-01-01 UTC; nil for no end.
    package func proposeSanction(
        _ kind: EventKind,
        subject: UUID16,
        until: Int64?,
        at now: Instant
    ) {
        self.now = now
        var proposal = proposal(kind, subject: subject)
        proposal.until = until
        var particulars = Particulars(started: ticks())
        if let until { particulars.detail.number("until", until) }
        record(&proposal, particulars)
    }

    /// Puts a bundle in force: it judges nothing before its activation is recorded.
    /// `handshakeRecorded(ticket:)` says when it is, or that it will not be.
    package func propose(_ activation: Activation, ticket: Int, at now: Instant) {
        self.now = now
        let bundle = activation.bundle
        var proposal = proposal(.policyActivated)
        let start = batch.bytes.count
        PolicyRow(digest: bundle.digest, files: filesJSON(bundle)).encode(into: &batch.bytes)
        proposal.row = (.policy, start..<batch.bytes.count)
        proposal.change = .policy(bundle)
        proposal.reply = .handshake(ticket: ticket)
        var particulars = Particulars(started: ticks())
        particulars.policy = bundle.digest
        particulars.detail.code("by", activation.actor.rawValue)
        if let request = activation.request { particulars.detail.number("request", request) }
        if let by = activation.by { particulars.detail.code("operator", "\(by)") }
        if let reason = activation.reason { particulars.parts.reason(Array(reason.utf8)) }
        record(&proposal, particulars)
    }

    /// Path to text of a bundle's files, as a JSON object.
    private func filesJSON(_ bundle: Bundle) -> String {
        var text: [UInt8] = []
        for file in bundle.source.files.sorted(by: { $0.path < $1.path }) {
            text.json(text.isEmpty ? "{" : ",")
            text.json(string: file.path)
            text.json(":")
            text.json(string: file.text)
        }
        text.json(text.isEmpty ? "{}" : "}")
        return String(decoding: text, as: UTF8.self)
    }
}
