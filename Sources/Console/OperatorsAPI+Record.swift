import HubCore
import Hummingbird

// Policies and the record: the record is asked in PostgreSQL, up to what was shipped.
extension OperatorsAPI {
    /// `GET sanctions`: those in force, of one subject or of all.
    func listSanctions(_ call: Call) async throws(CallFault) -> Answer {
        try call.input.only("subject", "channel")
        let subject = try call.input.uuid("subject")
        let channel = try call.input.text("channel")
        return try await read(
            OperatorCall(.listSanctions, by: call.actor, subject: subject, channel: channel),
            "sanctions",
            .sanctions(subject: subject, channel: channel)
        )
    }

    /// `GET policies`: what was in force when, the newest first.
    func readPolicies(_ call: Call) async throws(CallFault) -> Answer {
        try call.input.only()
        return try await read(
            OperatorCall(.readPolicies, by: call.actor),
            "activations",
            .policies
        )
    }

    /// `POST policies/activate`: a recorded bundle by its digest, or the hub's folder.
    func activate(_ call: Call) async throws(CallFault) -> Answer {
        let input = call.input
        try input.only("digest", "reason")
        let operation = OperatorCall(
            .activate,
            by: call.actor,
            reason: try input.text("reason", bytesMax: OperatorCall.reasonBytesMax)
        )
        var digest: [UInt8]?
        if let text = try input.text("digest") {
            digest = Self.bytes(hexadecimal: text)
            guard digest?.count == 32 else {
                throw CallFault(bad: "digest", "64 hexadecimal digits")
            }
        }
        // That it was asked for is recorded, whatever comes of it.
        _ = try await record(operation)
        switch await hub.activate(digest: digest, operation) {
        case .success(let decision): return .json(.ok, DecisionBody(decision: "\(decision)"))
        case .failure(let refused):
            throw CallFault(.unprocessableContent, "policies_refused", refused.reason)
        }
    }

    /// `GET record`: events of the trail, newest first; with a channel also for its moderators.
    func search(_ call: Call) async throws(CallFault) -> Answer {
        let input = call.input
        try input.only(
            "subject",
            "channel",
            "kind",
            "disposition",
            "rule",
            "since",
            "until",
            "before",
            "limit"
        )
        var search = RecordSearch()
        search.subject = try input.uuid("subject")
        search.channel = try input.text("channel")
        search.kind = try input.text("kind")
        search.disposition = try input.text("disposition")
        search.rule = try input.text("rule")
        search.since = try input.time("since")
        search.until = try input.time("until")
        search.before = try input.decision("before")
        search.limit = Int(try input.number("limit", 1...1000) ?? 100)
        return try await read(
            OperatorCall(
                .searchRecord,
                by: call.actor,
                subject: search.subject,
                channel: search.channel
            ),
            "events",
            .search(search)
        )
    }

    /// `GET record/<decision>`: one event; with `content=true` and a reason its texts and names, too.
    func readDecision(_ id: String, _ call: Call) async throws(CallFault) -> Answer {
        let input = call.input
        try input.only("content", "reason")
        let (log, seq) = try CallInput.decision(id)
        let wanted = try input.text("content") ?? "false"
        guard wanted == "true" || wanted == "false" else {
            throw CallFault(bad: "content", "'true' or 'false'")
        }
        var operation = OperatorCall(
            wanted == "true" ? .readContent : .readDecision,
            by: call.actor,
            reason: try input.text("reason", bytesMax: OperatorCall.reasonBytesMax)
        )
        operation.refers = Decision(log: log, seq: seq)
        return try await read(
            operation,
            "event",
            wanted == "true" ? .content(log: log, seq: seq) : .decision(log: log, seq: seq)
        )
    }

    /// Records a call, then asks the record: `decision`, and the answer under a name.
    private func read(
        _ operation: OperatorCall,
        _ name: String,
        _ question: RecordQuestion
    ) async throws(CallFault) -> Answer {
        let decision = try await record(operation)
        let answer = try await ask(question)
        return .json(
            .ok,
            text: Array("{\"decision\":\"\(decision)\",\"\(name)\":\(answer)}\n".utf8)
        )
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for at in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[at..<at + 2], as: UTF8.self)
            guard pair.first != "+", let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
