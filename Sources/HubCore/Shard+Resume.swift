import AuditLog
import JSONDocument
import Outcomes
import PolicyEngine

// After a drop: a fresh session goes on where the old one was cut off. Each channel is joined anew, by
// the rules of now, and brings all that was missed, or says that it can't.
extension Shard {
    /// A resume token is good for so long after its session has to end, in seconds.
    private static var graceSeconds: Int64 { 600 }
    /// The end of the year 9999, Unix seconds: as good as never, and no time overflows.
    private static var untilMax: Int64 { 253_402_300_799 }
    /// Numbers of one channel that are replayed at most: an hour of a lively one.
    private static var replayMax: Int { 1000 }
    /// Bytes of texts that one resumption brings, all channels together: what may wait for a slow
    /// reader unless configured otherwise.
    private static var replayBytesMax: Int { 1 << 20 }

    /// The token with which another session can go on with this one.
    func resumeToken(_ id: UUID16, _ subject: UUID16, expiresAt: Int64) -> String {
        seal.token(of: id, subject, until: min(expiresAt, Self.untilMax) + Self.graceSeconds)
    }

    func resume(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        let session = sessions[slot: slot]!
        func refuse(
            _ outcome: Outcome,
            _ stage: Stage,
            _ message: String? = nil,
            retryAfterMs: Int? = nil
        ) {
            self.refuse(
                payload,
                slot,
                outcome,
                stage: stage,
                envelope: envelope,
                started: started,
                message: message,
                retryAfterMs: retryAfterMs
            )
        }
        guard let old = seal.open(envelope.token, of: session.subject),
            old.until > now.unixSeconds, old.session != session.id,
            !standing.isResumed(old.session)
        else { return refuse(.resumeLost, .token) }
        let channelsMax = bundle.limits.channelsPerSession
        guard session.channels.count + envelope.positions.count <= channelsMax else {
            return refuse(.tooManyChannels, .state)
        }
        var channels: [Resumption.Channel] = []
        for (name, after) in envelope.positions {
            switch missed(name, after, slot, payload) {
            case .waits: return
            case .found(let past):
                channels.append(.init(name: name, after: after, past: past))
            case .lost:
                channels.append(.init(name: name, after: after, past: nil, isLost: true))
            case .refused(let outcome, let sentence):
                return refuse(outcome, .state, sentence, retryAfterMs: 1000)
            }
        }
        var proposal = proposal(.resume, .allow, slot, envelope, payload)
        proposal.change = .resumed(
            from: old.session,
            until: (old.until - Row.epochUnixSeconds) * 1_000_000
        )
        proposal.reply = .resumed
        proposal.resumption = Resumption(channels)
        var particulars = Particulars(bytes: payload.count, started: started)
        particulars.detail.code("from", "\(old.session)")
        particulars.detail.number("until", (old.until - Row.epochUnixSeconds) * 1_000_000)
        record(&proposal, particulars)
    }

    /// Looks whether all that was missed in a channel can be told. Only where the rules of now let the
    /// member in is the record asked.
    private func missed(
        _ name: String,
        _ after: Place,
        _ slot: Int,
        _ payload: UnsafeRawBufferPointer
    ) -> PastLook<PastAnswer?> {
        let session = sessions[slot: slot]!
        guard refusal(toJoin: name, session) == nil else { return .found(nil) }
        let counted = counting
        counting = .look
        let verdict = judge(.join, session, in: name).verdict
        counting = counted
        guard verdict.disposition <= .redact else { return .found(nil) }
        return look(
            into: name,
            else: .replay(from: after, limit: Self.replayMax + 1),
            for: slot,
            payload
        ) { memory, past in
            memory.replay(after: after, through: .max, limit: Self.replayMax, past).map { _ in past
            }
        }
    }

    // MARK: Once it is recorded

    /// The resumption is durable: its channels are joined, each by an event of its own.
    func resumed(_ slot: Int, _ resumption: Resumption) {
        sessions[slot: slot]?.replayBytesLeft = Self.replayBytesMax
        for channel in resumption.channels { rejoin(channel, slot) }
    }

    private func rejoin(_ channel: Resumption.Channel, _ slot: Int) {
        // Whoever was let go meanwhile comes in nowhere.
        guard let session = sessions[slot: slot], !session.isEnding else { return }
        let started = ticks()
        // It goes on with what was counted when it began.
        counting = .settled
        var proposal = proposal(
            .join,
            .allow,
            slot,
            nil,
            UnsafeRawBufferPointer(start: nil, count: 0)
        )
        var particulars = Particulars(started: started)
        let obstacle = refusal(toJoin: channel.name, session)
        let judged = obstacle == nil ? judge(.join, session, in: channel.name) : nil
        proposal.channelName = channel.name
        proposal.heads = judged?.heads
        // Also of one that is refused: where the facts moved, it is judged again.
        proposal.resumption = Resumption([channel])
        let refused =
            obstacle
            ?? judged.flatMap { judged in
                judged.verdict.disposition > .redact ? judged.verdict.outcome ?? .blocked : nil
            }
            ?? (channel.isLost ? .resumeLost : nil)
        if let refused {
            proposal.disposition = .block
            particulars.stage = obstacle == nil && judged != nil ? .rules : .state
            particulars.detail = Detail(refused)
            if !roster.isNamed(channel.name) {
                proposal.channelName = nil
                Array(channel.name.utf8).withUnsafeBytes { particulars.parts.original($0) }
            }
            proposal.reply = .leftOut(channel.name, refused, say: judged?.verdict.say)
        } else {
            proposal.channel = channelNames[channel.name]
            proposal.reply = .rejoined(say: judged?.verdict.say)
        }
        particulars.verdict = judged?.verdict
        record(&proposal, particulars, in: channel.name)
    }

    /// The facts that a join of a resumption rests on have moved.
    func rejoinAgain(_ resumption: Resumption, _ slot: Int) {
        for channel in resumption.channels { rejoin(channel, slot) }
    }

    /// A join is durable: what was missed comes first, then what is said from now on.
    ///
    /// - Parameters:
    ///   - seq: of the join's event; what has a later one comes by itself.
    ///   - channelSeq: the channel's newest number then.
    func rejoined(
        _ slot: Int,
        _ proposal: Proposal,
        _ decision: Decision,
        channelSeq: Int64,
        say: String?
    ) {
        guard let name = proposal.channelName, let index = proposal.channel,
            let channel = proposal.resumption?.channels.first,
            let session = sessions[slot: slot]
        else { return }
        let replay = recent.ask(name) { memory in
            memory.replay(
                after: channel.after,
                through: decision.seq,
                limit: Self.replayMax,
                channel.past
            )
        }
        guard case .found(let entries) = replay,
            case let bytes = entries.reduce(0, { $0 + $1.text.count }),
            bytes <= session.replayBytesLeft
        else { return leaveLost(slot, name, index) }
        sessions[slot: slot]?.replayBytesLeft -= bytes
        let texts = entries.map { told($0, session, in: name) }
        enter(slot, name: name, channel: index)
        output.sendText(
            joined(name, decision, channelSeq: channelSeq, replayed: entries.count, say: say),
            to: slot
        )
        for text in texts { output.sendText(text, to: slot) }
    }

    /// What a member is told of a number that was missed: the rules on history are asked, and what
    /// they withhold comes as taken away, so that no number is missing.
    private func told(_ entry: ChannelEntry, _ session: Session, in channel: String) -> [UInt8] {
        guard bundle.judgesHistory, !entry.isRemoval else { return entry.text }
        return reading(of: entry, session, in: channel).text
            ?? entry.removed(by: .rule, at: entry.at, in: channel).text
    }

    /// What was missed grew past what can be told, or out of memory, while the join was recorded.
    private func leaveLost(_ slot: Int, _ name: String, _ index: Int) {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        var proposal = proposal(.leave, .allow, slot, nil, nothing)
        proposal.dependsOnState = false
        proposal.channel = index
        proposal.channelName = name
        proposal.reply = .leftOut(name, .resumeLost, say: nil)
        var particulars = Particulars(started: ticks())
        particulars.detail = Detail(.resumeLost)
        record(&proposal, particulars)
    }

    private func joined(
        _ channel: String,
        _ decision: Decision,
        channelSeq: Int64,
        replayed: Int,
        say: String?
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.json("{\"type\":\"joined\",\"channel\":")
        text.json(string: channel)
        text.json(",\"epoch\":")
        text.json(Int64(epoch))
        text.json(",\"channel_seq\":")
        text.json(channelSeq)
        text.json(",\"replayed\":")
        text.json(Int64(replayed))
        text.json(",\"decision\":\"")
        text.json(decision)
        text.json("\"")
        if let say {
            text.json(",\"say\":")
            text.json(string: say)
        }
        text.json("}")
        return text
    }
}
