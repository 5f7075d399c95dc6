import AuditLog
import JSONDocument
import Outcomes
import PolicyEngine

extension Shard {
    /// Judges one text message and proposes what it came to.
    ///
    /// - Parameters:
    ///   - payload: one whole message, valid UTF-8; only read during the call.
    ///   - isAgain: whether its first verdict went stale.
    package func receive(
        _ payload: UnsafeRawBufferPointer,
        from slot: Int,
        at now: Instant,
        isAgain: Bool = false
    ) {
        guard let session = sessions[slot: slot], !hasFailed else { return }
        self.now = now
        counters.messages &+= 1
        if session.isWaiting, !isAgain {
            sessions[slot: slot]?.waiting.append(Array(payload))
            pauseIfFull(slot)
            return
        }
        if bytesInFlight + batch.bytes.count > Self.bytesInFlightMax {
            output.sendText(
                refusal(
                    .busy,
                    UnsafeRawBufferPointer(start: nil, count: 0),
                    nil,
                    retryAfterMs: 1000
                ),
                to: slot
            )
            return
        }
        let started = ticks()
        switch parser.parse(payload) {
        case .refused(let refusal):
            let outcome: Outcome = refusal == .duplicateKey ? .duplicateKey : .badJSON
            refuse(
                payload,
                slot,
                outcome,
                stage: .json,
                envelope: nil,
                started: started,
                message: refusal.sentence
            )
        case .value(let document):
            receive(document, payload, from: slot, started: started)
        }
        pauseIfFull(slot)
    }

    private func receive(
        _ document: JSONValue,
        _ payload: UnsafeRawBufferPointer,
        from slot: Int,
        started: UInt64
    ) {
        let envelope: Envelope
        switch Envelope.read(document) {
        case .refused(let outcome, let sentence, let id):
            refuse(
                payload,
                slot,
                outcome,
                stage: .envelope,
                envelope: Envelope(id: id),
                started: started,
                message: sentence
            )
            return
        case .envelope(let read): envelope = read
        }
        let wait = sessions[slot: slot]!.rate.take(nowNs: now.monotonicNs)
        if wait > 0 {
            refuse(
                payload,
                slot,
                .rate,
                stage: .rate,
                envelope: envelope,
                started: started,
                retryAfterMs: Int(wait / 1_000_000) + 1
            )
            return
        }
        switch envelope.type {
        case .join: join(envelope, payload, slot, started)
        case .leave: leave(envelope, payload, slot, started)
        case .message: message(envelope, payload, slot, started)
        }
    }

    private func join(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        let channels = sessions[slot: slot]!.channels
        let outcome: Outcome? =
            if channels.contains(where: { $0.name == envelope.channel }) {
                .alreadyJoined
            } else if channels.count >= bundle.limits.channelsPerSession {
                .tooManyChannels
            } else if !bundle.allows(channel: envelope.channel) {
                .unknownChannel
            } else {
                nil
            }
        if let outcome {
            refuse(payload, slot, outcome, stage: .state, envelope: envelope, started: started)
            return
        }
        var proposal = proposal(.join, .allow, slot, envelope, payload)
        proposal.channel = channelNames[envelope.channel]
        proposal.reply = .joined
        record(&proposal, stage: .done, envelope: envelope, bytes: payload.count, started: started)
    }

    private func leave(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        guard
            let channel = sessions[slot: slot]!.channels.first(where: {
                $0.name == envelope.channel
            })
        else {
            refuse(payload, slot, .notJoined, stage: .state, envelope: envelope, started: started)
            return
        }
        var proposal = proposal(.leave, .allow, slot, envelope, payload)
        proposal.channel = channel.index
        proposal.reply = .left
        record(&proposal, stage: .done, envelope: envelope, bytes: payload.count, started: started)
    }

    private func message(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        let session = sessions[slot: slot]!
        if standing[session.subject].mutedUntil > now.wall {
            refuse(payload, slot, .muted, stage: .state, envelope: envelope, started: started)
            return
        }
        guard let channel = session.channels.first(where: { $0.name == envelope.channel }) else {
            refuse(payload, slot, .notJoined, stage: .state, envelope: envelope, started: started)
            return
        }
        let verdict = judge.judge(
            .message(kind: "message", body: envelope.body!, bytes: payload.count),
            in: Circumstances(
                now: now.wall,
                request: session.request,
                subject: session.member,
                channel: ChannelFacts(
                    name: channel.name,
                    kind: bundle.kind(ofChannel: channel.name) ?? "",
                    roster: HeadCount(),
                    present: HeadCount()
                )
            )
        )
        if let outcome = verdict.outcome {
            refuse(
                payload,
                slot,
                outcome,
                stage: verdict.stage == .schema ? .schema : .rules,
                envelope: envelope,
                started: started,
                message: verdict.problem ?? verdict.say,
                verdict: verdict
            )
            return
        }
        var proposal = proposal(
            .message,
            verdict.disposition == .redact ? .redact : .allow,
            slot,
            envelope,
            payload
        )
        proposal.channel = channel.index
        proposal.reply = .sent(say: verdict.say)
        identify(&proposal, envelope, session)
        var parts = Parts()
        if let redacted = verdict.redactedBody {
            parts.original(payload)
            parts.delivered(redacted)
            encodeDelivery(&proposal, envelope, session) { $0.append(contentsOf: redacted) }
        } else {
            let body = encodeDelivery(&proposal, envelope, session) {
                envelope.body!.write(into: &$0)
            }
            parts.delivered(body)
        }
        record(
            &proposal,
            stage: .done,
            envelope: envelope,
            bytes: payload.count,
            started: started,
            verdict: verdict,
            parts: parts
        )
    }
}
