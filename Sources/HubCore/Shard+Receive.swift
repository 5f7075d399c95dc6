import AuditLog
import JSONDocument
import Outcomes
import PolicyEngine

extension Shard {
    /// Judges one text message and proposes what it came to.
    ///
    /// - Parameters:
    ///   - payload: one whole message, valid UTF-8; only read during the call.
    ///   - number: what it was known by when its first verdict went stale; it has been counted for
    ///     the limits then. Nil for what is new.
    package func receive(
        _ payload: UnsafeRawBufferPointer,
        from slot: Int,
        at now: Instant,
        again number: UInt64? = nil
    ) {
        guard let session = sessions[slot: slot], !session.isEnding, !hasFailed else { return }
        self.now = now
        counters.messages &+= 1
        if isFull {
            refuseBusy(payload, slot)
            return
        }
        if session.isWaiting {
            wait(payload, slot, again: number)
            pauseIfFull(slot)
            return
        }
        session.read(by: bundle)
        counting = number.map { .again(as: $0) } ?? .first(as: nextNumber())
        let started = ticks()
        let wait =
            number == nil
            ? session.takeMessage(bytes: payload.count, nowNs: now.monotonicNs) : 0
        switch parser.parse(payload) {
        case .refused where wait > 0: refuseRate(payload, slot, nil, started, waitNs: wait)
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
            receive(
                document,
                payload,
                from: slot,
                started: started,
                waitNs: wait,
                isAgain: number != nil
            )
        }
        pauseIfFull(slot)
    }

    /// The record is far behind: a request is told so without being judged, and not recorded.
    private func refuseBusy(_ payload: UnsafeRawBufferPointer, _ slot: Int) {
        var id: [UInt8] = []
        if case .value(let document) = parser.parse(payload) {
            id =
                switch Envelope.read(document) {
                case .refused(_, _, let read): read
                case .envelope(let envelope): envelope.id
                }
        }
        id.withUnsafeBytes {
            output.sendText(refusal(.busy, $0, nil, retryAfterMs: 1000), to: slot)
        }
    }

    /// Refuses a message that comes too fast; whoever goes on for long in spite of that is ended.
    private func refuseRate(
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ envelope: Envelope?,
        _ started: UInt64,
        waitNs: UInt64
    ) {
        guard sessions[slot: slot]!.takeRefusal(nowNs: now.monotonicNs) else {
            breakOff(payload, .repeatedViolations, slot, stage: .rate, isKept: false)
            return
        }
        refuse(payload, slot, envelope, started, Obstacle(.rate, waitNs: waitNs))
    }

    /// - Parameter waitNs: until its rate lets it pass; 0 when it does.
    private func receive(
        _ document: JSONValue,
        _ payload: UnsafeRawBufferPointer,
        from slot: Int,
        started: UInt64,
        waitNs: UInt64,
        isAgain: Bool
    ) {
        let envelope: Envelope
        switch Envelope.read(document) {
        case .refused(_, _, let id) where waitNs > 0:
            refuseRate(payload, slot, Envelope(id: id), started, waitNs: waitNs)
            return
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
        if waitNs > 0 {
            refuseRate(payload, slot, envelope, started, waitNs: waitNs)
            return
        }
        switch envelope.type {
        case .join: join(envelope, payload, slot, started)
        case .leave: leave(envelope, payload, slot, started)
        case .message: message(envelope, payload, slot, started, isAgain)
        case .renew: renew(envelope, payload, slot, started)
        case .resume: resume(envelope, payload, slot, started)
        case .history: history(envelope, payload, slot, started)
        case .edit: edit(envelope, payload, slot, started, isAgain)
        case .delete: delete(envelope, payload, slot, started)
        case .presence: presence(envelope, payload, slot, started)
        }
        // What comes behind is judged by where its session is then, and by the claims it has then.
        if envelope.type.movesSession, sessions[slot: slot]!.inFlight > 0 {
            sessions[slot: slot]?.isWaiting = true
        }
    }

    private func join(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        if let outcome = refusal(toJoin: envelope.channel, sessions[slot: slot]!) {
            refuse(payload, slot, outcome, stage: .state, envelope: envelope, started: started)
            return
        }
        let judged = judge(.join, sessions[slot: slot]!, in: envelope.channel)
        if judged.verdict.disposition > .redact {
            refuse(judged, payload, slot, envelope, started)
            return
        }
        var proposal = proposal(.join, .allow, slot, envelope, payload)
        proposal.channel = channelNames[envelope.channel]
        proposal.heads = judged.heads
        proposal.reply = .joined(say: judged.verdict.say)
        var particulars = Particulars(bytes: payload.count, started: started)
        particulars.verdict = judged.verdict
        record(&proposal, particulars, in: envelope.channel)
    }

    /// Why a session can't join a channel, before any rule is asked.
    func refusal(toJoin channel: String, _ session: Session) -> Outcome? {
        if session.channels.contains(where: { $0.name == channel }) { return .alreadyJoined }
        if session.channels.count >= bundle.limits.channelsPerSession { return .tooManyChannels }
        return obstacle(toJoining: channel, session)
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
        record(&proposal, Particulars(bytes: payload.count, started: started))
    }

    private func message(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64,
        _ isAgain: Bool
    ) {
        guard
            let channel = channelToWrite(envelope, payload, slot, started, isAgain, isNew: true)
        else { return }
        let session = sessions[slot: slot]!
        let item = Item.message(kind: envelope.kind, body: envelope.body!, bytes: payload.count)
        let judged = judge(item, session, in: channel.name)
        if judged.verdict.outcome != nil {
            refuse(judged, payload, slot, envelope, started)
            return
        }
        let verdict = judged.verdict
        var proposal = proposal(.message, verdict.disposition, slot, envelope, payload)
        proposal.channel = channel.index
        proposal.heads = judged.heads
        proposal.slowWindow = slowWindow(channel.name, session)
        proposal.messageKind = envelope.kind
        identify(&proposal, envelope, session)
        var particulars = Particulars(bytes: payload.count, started: started)
        particulars.verdict = verdict
        if envelope.kind != Envelope.plainKind { particulars.detail.code("kind", envelope.kind) }
        if verdict.disposition == .hold {
            // Kept as it came: it is judged again when someone releases it.
            particulars.stage = .rules
            particulars.parts.original(payload)
            proposal.reply = .held(say: verdict.say)
        } else {
            proposal.reply = .sent(say: verdict.say)
            deliver(&proposal, envelope, session, verdict, payload, &particulars)
        }
        record(&proposal, particulars, in: channel.name)
    }

    /// The channel that a member may write to now, or change what it wrote there; nil when it was
    /// refused.
    ///
    /// - Parameter isNew: whether it is a message of its own, for which slow mode counts.
    func channelToWrite(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64,
        _ isAgain: Bool,
        isNew: Bool
    ) -> (name: String, index: Int)? {
        let session = sessions[slot: slot]!
        guard let channel = session.channels.first(where: { $0.name == envelope.channel }) else {
            let obstacle = obstacle(toWritingOutside: envelope.channel, session)
            refuse(payload, slot, envelope, started, obstacle)
            return nil
        }
        let obstacle =
            isNew
            ? obstacle(toWriting: channel, session)
            : obstacle(toChanging: channel.name, session).map { Obstacle($0) }
        if let obstacle {
            refuse(payload, slot, envelope, started, obstacle)
            return nil
        }
        if !isAgain, let account = channelAccounts[channel.index] {
            let wait = account.takeMessage(bytes: payload.count, nowNs: now.monotonicNs)
            if wait > 0 {
                refuse(payload, slot, envelope, started, Obstacle(.rate, waitNs: wait))
                return nil
            }
        }
        return channel
    }

    /// Refuses what something is in the way of.
    ///
    /// - Parameter envelope: nil when none could be read.
    func refuse(
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ envelope: Envelope?,
        _ started: UInt64,
        _ obstacle: Obstacle
    ) {
        refuse(
            payload,
            slot,
            obstacle.outcome,
            stage: obstacle.waitNs > 0 ? .rate : .state,
            envelope: envelope,
            started: started,
            retryAfterMs: obstacle.waitNs > 0 ? Int(obstacle.waitNs / 1_000_000) + 1 : nil
        )
    }

    /// Encodes what the channel's members get, and keeps it as content.
    private func deliver(
        _ proposal: inout Proposal,
        _ envelope: Envelope,
        _ session: Session,
        _ verdict: Verdict,
        _ payload: UnsafeRawBufferPointer,
        _ particulars: inout Particulars
    ) {
        if verdict.redactedBody != nil { particulars.parts.original(payload) }
        let message = proposal.message!
        let body = encodeDelivery(&proposal) { text in
            ChannelText.beginMessage(
                &text,
                channel: envelope.channel,
                kind: envelope.kind,
                epoch: epoch,
                message: message,
                sender: session.senderJSON
            )
        } body: { text in
            verdict.write(envelope.body!, into: &text)
        }
        particulars.parts.delivered(body)
    }

    func refuse(
        _ judged: Judged,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ envelope: Envelope,
        _ started: UInt64
    ) {
        let verdict = judged.verdict
        refuse(
            payload,
            slot,
            verdict.outcome ?? .blocked,
            stage: verdict.stage == .schema ? .schema : .rules,
            envelope: envelope,
            started: started,
            message: verdict.problem ?? verdict.say,
            retryAfterMs: verdict.retryAfterMs,
            judged: judged
        )
    }

    /// What the rules say of an item in a channel, and the heads that it rests on.
    func judge(_ item: Item, _ session: Session, in channel: String) -> Judged {
        var read: ReadHeads?
        if bundle.readsRoster || bundle.readsPresent {
            let heads = roster.heads(of: channel, at: now.wall)
            read = ReadHeads(
                channel: channel,
                roster: bundle.readsRoster ? heads.roster : nil,
                present: bundle.readsPresent ? heads.present : nil
            )
        }
        let verdict = judge.judge(
            item,
            in: Circumstances(
                now: now.wall,
                request: session.request,
                subject: session.member(by: bundle),
                strikes: standing[session.subject].strikes,
                channel: ChannelFacts(
                    name: channel,
                    kind: bundle.kind(ofChannel: channel) ?? "",
                    roster: read?.roster ?? HeadCount(),
                    present: read?.present ?? HeadCount()
                )
            ),
            counting: counting
        )
        return Judged(verdict: verdict, heads: read)
    }
}

/// A verdict, and the heads that it rests on.
struct Judged {
    let verdict: Verdict
    let heads: ReadHeads?

    /// What a refusal is recorded with.
    var refusal: Disposition { max(verdict.disposition, .bounce) }
}

extension Verdict {
    /// Writes what members get of a body: as it was redacted, or as it came.
    func write(_ body: JSONValue, into text: inout [UInt8]) {
        if let redactedBody {
            text.append(contentsOf: redactedBody)
        } else {
            body.write(into: &text)
        }
    }
}
