import AuditLog
import JSONDocument
import Outcomes
import PolicyEngine

// Edits and deletions: each about one message, which the ledger lets change in one order.
extension Shard {
    /// New words for a message of one's own, judged like a send.
    func edit(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64,
        _ isAgain: Bool
    ) {
        guard
            let channel = channelToWrite(envelope, payload, slot, started, isAgain, isNew: false)
        else { return }
        let session = sessions[slot: slot]!
        guard let found = target(envelope, channel, payload, slot, started) else { return }
        guard found.entry.author == session.subject else {
            refuse(
                payload,
                slot,
                .unknownMessage,
                stage: .state,
                envelope: envelope,
                started: started
            )
            return
        }
        let kind = found.entry.kind
        let item = Item.edit(kind: kind, body: envelope.body!, bytes: payload.count)
        let judged = judge(item, session, in: channel.name)
        if judged.verdict.outcome != nil {
            refuse(judged, payload, slot, envelope, started)
            return
        }
        let verdict = judged.verdict
        var proposal = proposal(.edit, verdict.disposition, slot, envelope, payload)
        var particulars = Particulars(bytes: payload.count, started: started)
        aim(&proposal, &particulars, at: found, channel.index, remover: nil)
        proposal.heads = judged.heads
        particulars.verdict = verdict
        if kind != Envelope.plainKind { particulars.detail.code("kind", kind) }
        if verdict.disposition == .hold {
            particulars.stage = .rules
            particulars.parts.original(payload)
            proposal.reply = .held(say: verdict.say)
        } else {
            proposal.reply = .edited(say: verdict.say)
            if verdict.redactedBody != nil { particulars.parts.original(payload) }
            let message = found.entry.message
            let body = encodeDelivery(&proposal) { text in
                ChannelText.beginEdit(
                    &text,
                    channel: channel.name,
                    epoch: epoch,
                    of: found.entry.place,
                    message: message,
                    sender: session.senderJSON
                )
            } body: { text in
                verdict.write(envelope.body!, into: &text)
            }
            particulars.parts.delivered(body)
        }
        record(&proposal, particulars, in: channel.name)
    }

    /// A message goes, by its author or by a moderator; what it said stays in the record alone.
    func delete(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        let session = sessions[slot: slot]!
        guard let channel = session.channels.first(where: { $0.name == envelope.channel }) else {
            refuse(payload, slot, .notJoined, stage: .state, envelope: envelope, started: started)
            return
        }
        guard let found = target(envelope, channel, payload, slot, started) else { return }
        let isAuthor = found.entry.author == session.subject
        guard isAuthor || session.member.isModerator(at: now.wall) else {
            refuse(
                payload,
                slot,
                .unknownMessage,
                stage: .state,
                envelope: envelope,
                started: started
            )
            return
        }
        let remover: Remover = isAuthor ? .author : .moderator
        var proposal = proposal(.delete, .allow, slot, envelope, payload)
        var particulars = Particulars(bytes: payload.count, started: started)
        aim(&proposal, &particulars, at: found, channel.index, remover: remover)
        particulars.detail.code("by", remover.rawValue)
        proposal.reply = .deleted
        let message = found.entry.message
        _ = encodeDelivery(&proposal) { text in
            ChannelText.beginRemoval(
                &text,
                channel: channel.name,
                epoch: epoch,
                of: found.entry.place,
                message: message,
                by: remover
            )
        }
        record(&proposal, particulars, in: channel.name)
    }

    /// A message as it was found, and the newest event that was known then.
    private typealias Found = (entry: ChannelEntry, through: Int64)

    /// Finds the message that a change is about; nil when it waits for the record or was refused.
    private func target(
        _ envelope: Envelope,
        _ channel: (name: String, index: Int),
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) -> Found? {
        let place = envelope.place!
        let outcome: Outcome
        var sentence: String?
        switch look(
            into: channel.name,
            else: .message(at: place),
            for: slot,
            payload,
            { memory, past in memory.message(at: place, past).map { ($0, memory.through) } }
        ) {
        case .waits: return nil
        case .found((let entry?, let through)): return (entry, through)
        case .found, .lost: outcome = .unknownMessage
        case .refused(let refused, let why): (outcome, sentence) = (refused, why)
        }
        refuse(
            payload,
            slot,
            outcome,
            stage: .state,
            envelope: envelope,
            started: started,
            message: sentence,
            retryAfterMs: sentence == nil ? nil : 1000
        )
        return nil
    }

    private func aim(
        _ proposal: inout Proposal,
        _ particulars: inout Particulars,
        at found: Found,
        _ channel: Int,
        remover: Remover?
    ) {
        let entry = found.entry
        proposal.channel = channel
        proposal.message = entry.message
        proposal.messageKind = entry.kind
        proposal.read = ReadMessages(seqs: [entry.seq], through: found.through)
        proposal.target = TargetMessage(
            place: entry.place,
            seq: entry.seq,
            author: entry.author,
            message: entry.message,
            remover: remover
        )
        particulars.refers = Decision(log: log, seq: entry.seq)
        particulars.detail.place("of", entry.place)
    }
}
