import AuditLog
import JSONDocument
import Outcomes
import PolicyEngine

// Pages of what was said, newest first, each judged for who reads it.
extension Shard {
    func history(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        let session = sessions[slot: slot]!
        func refuse(_ outcome: Outcome, _ message: String? = nil, retryAfterMs: Int? = nil) {
            self.refuse(
                payload,
                slot,
                outcome,
                stage: .state,
                envelope: envelope,
                started: started,
                message: message,
                retryAfterMs: retryAfterMs
            )
        }
        guard let channel = session.channels.first(where: { $0.name == envelope.channel }) else {
            return refuse(.notJoined)
        }
        let question = PastQuestion.What.page(before: envelope.place, limit: envelope.limit)
        let applied = appliedThrough
        switch look(
            into: channel.name,
            else: question,
            for: slot,
            payload,
            {
                $0.page(
                    before: envelope.place,
                    limit: envelope.limit,
                    applied: applied,
                    $1
                )
            }
        ) {
        case .waits: return
        case .lost: return refuse(.busy, retryAfterMs: 1000)
        case .refused(let outcome, let sentence):
            return refuse(outcome, sentence, retryAfterMs: 1000)
        case .found(var page):
            page.cut(toBytes: Self.pageBytesMax)
            answer(page, envelope, channel.index, payload, slot, started)
        }
    }

    /// Records that a page is read, with how much of it is withheld; it is answered with that event.
    private func answer(
        _ page: HistoryPage,
        _ envelope: Envelope,
        _ channel: Int,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        var proposal = proposal(.history, .allow, slot, envelope, payload)
        proposal.channel = channel
        proposal.read = ReadMessages(seqs: page.entries.map(\.seq), through: page.through)
        var particulars = Particulars(bytes: payload.count, started: started)
        var messages: [UInt8] = []
        var shown: Int64 = 0
        var rules: Set<String> = []
        let session = sessions[slot: slot]!
        for entry in page.entries {
            guard bundle.judgesHistory else {
                append(entry.text, to: &messages, &shown)
                continue
            }
            let (text, judged) = reading(of: entry, session, in: envelope.channel)
            if let heads = judged?.heads { proposal.heads = heads }
            rules.formUnion(judged?.verdict.rules ?? [])
            if let text { append(text, to: &messages, &shown) }
        }
        messages.json(shown == 0 ? "[]" : "]")
        particulars.rules = rules.sorted()
        particulars.detail.number("shown", shown)
        particulars.detail.number("withheld", Int64(page.entries.count) - shown)
        proposal.reply = .page(messages: messages, next: page.next)
        record(&proposal, particulars, in: envelope.channel)
    }

    private func append(_ text: [UInt8], to messages: inout [UInt8], _ shown: inout Int64) {
        messages.json(shown == 0 ? "[" : ",")
        messages.append(contentsOf: text)
        shown += 1
    }

    /// What the rules let a member read of a message: its text, redacted or not; nil for nothing.
    func reading(
        of entry: ChannelEntry,
        _ session: Session,
        in channel: String
    ) -> (text: [UInt8]?, Judged?) {
        entry.text.withUnsafeBytes { bytes in
            // It was nested no deeper than the bundle of its time allowed; what can't be read isn't shown.
            guard case .value(let value) = parser.parse(bytes), let body = value["body"] else {
                return (nil, nil)
            }
            let item = Item.history(kind: entry.kind, body: body, bytes: bytes.count)
            // It was counted when it was said.
            let counted = counting
            counting = .settled
            defer { counting = counted }
            let judged = judge(item, session, in: channel)
            switch judged.verdict.disposition {
            case .allow: return (entry.text, judged)
            case .redact:
                return (judged.verdict.redactedBody.map { entry.redacted($0).text }, judged)
            case .bounce, .hold, .block: return (nil, judged)
            }
        }
    }

    /// JSON text of an answer's page.
    func page(
        _ id: UnsafeRawBufferPointer,
        _ channel: String,
        _ messages: [UInt8],
        next: Place?,
        _ decision: Decision
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(messages.count + 256)
        text.json("{\"type\":\"history\",\"id\":")
        text.append(contentsOf: id)
        text.json(",\"channel\":")
        text.json(string: channel)
        text.json(",\"messages\":")
        text.append(contentsOf: messages)
        text.json(next == nil ? ",\"more\":false" : ",\"more\":true,\"next\":")
        if let next { text.json(next) }
        text.json(",\"decision\":\"")
        text.json(decision)
        text.json("\"}")
        return text
    }

    /// Bytes of the texts of a page: a quarter of what may wait for a slow reader. The newest message
    /// always has room.
    private static var pageBytesMax: Int { 256 << 10 }
}

extension HistoryPage {
    /// Leaves the oldest to the next page, where the texts are too long for one.
    mutating func cut(toBytes bytesMax: Int) {
        var bytes = 0
        let fitting = entries.reversed().prefix { entry in
            bytes += entry.text.count
            return bytes <= bytesMax
        }.count
        guard fitting < entries.count else { return }
        entries.removeFirst(entries.count - max(1, fitting))
        next = entries.first?.place ?? next
    }
}
