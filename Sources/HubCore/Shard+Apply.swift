import AuditLog
import Outcomes

extension Shard {
    /// Carries out what became durable: state first, then acks and deliveries, in `seq` order.
    ///
    /// - Parameter now: for messages that are judged again.
    package func apply(_ group: RecordedGroup, at now: Instant) {
        self.now = now
        for batch in group.batches {
            let isOwn = batch.shard == index
            if isOwn { bytesInFlight -= batch.bytes.count }
            batch.bytes.withUnsafeBytes { bytes in
                for proposal in batch.proposals {
                    apply(proposal, of: batch, bytes, isOwn: isOwn)
                }
            }
        }
        appliedThrough = max(appliedThrough, group.through)
    }

    /// The recorder takes nothing any more: whoever waits for something of this batch is told.
    package func refuse(_ batch: Batch, at now: Instant) {
        for index in batch.proposals.indices { batch.proposals[index].ruling = .unrecorded }
        apply(RecordedGroup(batches: [batch], through: appliedThrough), at: now)
    }

    private func apply(
        _ proposal: Proposal,
        of batch: Batch,
        _ bytes: UnsafeRawBufferPointer,
        isOwn: Bool
    ) {
        if isOwn { settle(proposal) }
        switch proposal.ruling {
        case .recorded(let seq, let at, let channelSeq):
            // What follows in this group was judged before; what is judged from now on is fresh.
            appliedThrough = seq
            change(proposal, at: at, Decision(log: log, seq: seq))
            if isOwn {
                counters.count(proposal)
                answer(proposal, bytes, seq: seq, channelSeq: channelSeq)
            }
            if !proposal.delivery.isEmpty, let channel = proposal.channel {
                deliver(bytes[rebasing: proposal.delivery], of: proposal, to: channel)
            }
            if let notices = proposal.notices {
                carryOut(notices, of: proposal, Decision(log: log, seq: seq), isOwn: isOwn)
            }
        case .stale:
            if isOwn { judgeAgain(proposal, bytes) }
        case .duplicate(let first):
            if isOwn { answerDuplicate(proposal, bytes, first) }
        case .busy:
            if isOwn { refuseUnrecorded(proposal, bytes, .busy) }
        case .unrecorded:
            if isOwn { refuseUnrecorded(proposal, bytes, .recordUnavailable) }
        case .dropped: break
        case .pending: preconditionFailure("a group holds only what the recorder has decided")
        }
        if isOwn { resumeIfQuiet(proposal.slot) }
    }

    /// State first: what a recorded proposal changes, on every shard alike.
    private func change(_ proposal: Proposal, at: Int64, _ decision: Decision) {
        _ = standing.apply(proposal, at: at)
        roster.apply(proposal)
        slowMode.apply(proposal, at: at)
        if settings.apply(proposal) { tellSetting(proposal, decision) }
        note(proposal)
        if case .policy(let bundle) = proposal.change {
            adopt(bundle)
            endHiddenPresence()
        }
        if case .revoke = proposal.change { closeRevoked() }
        guard let subject = proposal.subject else { return }
        if proposal.kind == .erase { closeSessions(of: subject, .tokenRevoked) }
        if proposal.kind == .ban {
            if let channel = proposal.channelName {
                takeOut(subject, of: channel, decision)
            } else {
                closeSessions(of: subject, .banned)
            }
        }
        if case .end(let session) = proposal.change {
            closeSessions(of: subject, .sessionEnded, only: session)
        }
        if case .resumed(let old, _) = proposal.change {
            closeSessions(of: subject, .resumedElsewhere, only: old)
        }
    }

    private func closeRevoked() {
        for slot in sessions.slots {
            guard let session = sessions[slot: slot],
                standing.isRevoked(session.token, of: session.subject)
            else { continue }
            end(slot, .tokenRevoked)
        }
    }

    private func closeSessions(of subject: UUID16, _ outcome: Outcome, only id: UUID16? = nil) {
        for slot in sessions.slots where sessions[slot: slot]?.subject == subject {
            if let id, sessions[slot: slot]?.id != id { continue }
            end(slot, outcome)
        }
    }

    /// Closes a session that may not go on: nothing of it that isn't recorded by then ever is.
    func end(_ slot: Int, _ outcome: Outcome) {
        sessions[slot: slot]?.isEnding = true
        output.close(slot, outcome)
    }

    private func carryOut(
        _ notices: Notices,
        of proposal: Proposal,
        _ decision: Decision,
        isOwn: Bool
    ) {
        let isSender = isOwn && isLive(proposal)
        if isSender { tell(notices, of: decision, to: proposal.slot) }
        notify(notices, of: decision)
        if isSender, notices.disconnects { end(proposal.slot, .repeatedViolations) }
    }

    private func deliver(
        _ frame: UnsafeRawBufferPointer,
        of proposal: Proposal,
        to channel: Int
    ) {
        guard channel < members.count, !members[channel].isEmpty else { return }
        for slot in members[channel] { output.send(frame, to: slot) }
        let count = UInt64(members[channel].count)
        counters.deliveries &+= count
        counters.deliveryTimes.add(ticks() &- proposal.startedNs, times: count)
    }

    /// The live session behind a proposal; nil when it has gone or its slot has another one.
    private func isLive(_ proposal: Proposal) -> Bool {
        guard let session = proposal.session else { return false }
        return sessions[slot: proposal.slot]?.id == session
    }

    private func settle(_ proposal: Proposal) {
        guard proposal.session != nil, isLive(proposal), proposal.kind != .connect else { return }
        sessions[slot: proposal.slot]?.inFlight -= 1
    }

    private func answer(
        _ proposal: Proposal,
        _ bytes: UnsafeRawBufferPointer,
        seq: Int64,
        channelSeq: Int64
    ) {
        let decision = Decision(log: log, seq: seq)
        if case .handshake(let ticket, let refusal) = proposal.reply {
            output.handshakeRecorded(ticket: ticket, decision: decision, outcome: refusal)
            return
        }
        guard isLive(proposal) else { return }
        let slot = proposal.slot
        let id = bytes[rebasing: proposal.requestID]
        switch proposal.reply {
        case .none, .handshake: break
        case .sent(let say):
            output.sendText(
                ack(
                    proposal.disposition == .redact ? "redacted" : "delivered",
                    id,
                    decision,
                    channelSeq: channelSeq,
                    message: proposal.message,
                    epoch: epoch,
                    say: say
                ),
                to: slot
            )
        case .edited(let say):
            let status: StaticString = proposal.disposition == .redact ? "redacted" : "edited"
            output.sendText(
                ack(status, id, decision, channelSeq: channelSeq, epoch: epoch, say: say),
                to: slot
            )
        case .deleted:
            output.sendText(
                ack("deleted", id, decision, channelSeq: channelSeq, epoch: epoch),
                to: slot
            )
        case .page(let messages, let next):
            guard let name = proposal.channelName else { return }
            output.sendText(page(id, name, messages, next: next, decision), to: slot)
        case .held(let say): output.sendText(ack("held", id, decision, say: say), to: slot)
        case .joined(let say):
            guard let name = proposal.channelName, let channel = proposal.channel else { return }
            enter(slot, name: name, channel: channel)
            output.sendText(
                ack(
                    "joined",
                    id,
                    decision,
                    channelSeq: channelSeq,
                    channel: name,
                    epoch: epoch,
                    say: say
                ),
                to: slot
            )
        case .resumed:
            output.sendText(ack("resumed", id, decision), to: slot)
            if let resumption = proposal.resumption { resumed(slot, resumption) }
        case .rejoined(let say):
            rejoined(slot, proposal, decision, channelSeq: channelSeq, say: say)
        case .leftOut(let name, let outcome, let say):
            output.sendText(left(name, decision, outcome, say: say), to: slot)
        case .left:
            guard let name = proposal.channelName else { return }
            leave(slot, name: name)
            output.sendText(
                ack(
                    "left",
                    id,
                    decision,
                    channelSeq: channelSeq,
                    channel: name,
                    epoch: epoch
                ),
                to: slot
            )
        case .presence(let isOn):
            if let channel = proposal.channel { watch(channel, slot, isOn) }
            output.sendText(ack("presence", id, decision), to: slot)
        case .removed(let say):
            guard let name = proposal.channelName else { return }
            leave(slot, name: name)
            output.sendText(left(name, decision, .blocked, say: say), to: slot)
        case .renewed(let name, let expiresAt, let tokenExpiresAt, let token):
            renewed(
                slot,
                proposal,
                name: name,
                expiresAt: expiresAt,
                tokenExpiresAt: tokenExpiresAt,
                token: token
            )
            output.sendText(renewed(id, decision, slot), to: slot)
        case .refused(let outcome, let message, let retryAfterMs):
            output.sendText(
                refusal(outcome, id, decision, message: message, retryAfterMs: retryAfterMs),
                to: slot
            )
        case .close(let outcome):
            output.close(slot, outcome)
        }
    }

    private func answerDuplicate(
        _ proposal: Proposal,
        _ bytes: UnsafeRawBufferPointer,
        _ first: KeyedOutcome
    ) {
        guard isLive(proposal) else { return }
        let id = bytes[rebasing: proposal.requestID]
        let decision = Decision(log: log, seq: first.seq)
        let text =
            switch first.disposition {
            case .allow, .redact:
                ack(
                    first.disposition == .redact ? "redacted" : "delivered",
                    id,
                    decision,
                    channelSeq: first.channelSeq,
                    message: proposal.message ?? proposal.repeats,
                    epoch: first.epoch
                )
            case .hold: ack("held", id, decision)
            case .bounce: refusal(.bounced, id, decision)
            case .block: refusal(.blocked, id, decision)
            }
        output.sendText(text, to: proposal.slot)
    }

    private func refuseUnrecorded(
        _ proposal: Proposal,
        _ bytes: UnsafeRawBufferPointer,
        _ outcome: Outcome
    ) {
        if case .handshake(let ticket, _) = proposal.reply {
            output.handshakeRecorded(ticket: ticket, decision: nil, outcome: outcome)
            return
        }
        guard isLive(proposal) else { return }
        let slot = proposal.slot
        switch proposal.reply {
        // A connection that broke the protocol ends, recorded or not.
        case .close(let outcome): output.close(slot, outcome)
        // Nor does anyone stay in a channel that its claims no longer open.
        case .removed: end(slot, .recordUnavailable)
        case .leftOut(let name, _, _): output.sendText(left(name, nil, outcome), to: slot)
        case .rejoined:
            guard let name = proposal.channelName else { return }
            output.sendText(left(name, nil, outcome), to: slot)
        default:
            let id = bytes[rebasing: proposal.requestID]
            output.sendText(refusal(outcome, id, nil, retryAfterMs: 1000), to: slot)
        }
    }

    /// A stale verdict: the message waits until nothing of its session is in flight, so that what
    /// came after it cannot overtake.
    private func judgeAgain(_ proposal: Proposal, _ bytes: UnsafeRawBufferPointer) {
        counters.rejudged &+= 1
        if case .handshake(let ticket, _) = proposal.reply {
            output.handshakeRecorded(ticket: ticket, decision: nil, outcome: nil)
            return
        }
        guard isLive(proposal) else { return }
        if proposal.kind == .join, let resumption = proposal.resumption {
            return rejoinAgain(resumption, proposal.slot)
        }
        sessions[slot: proposal.slot]?.isWaiting = true
        wait(bytes[rebasing: proposal.payload], proposal.slot, again: proposal.number)
    }

    /// Goes on with a session whose waiting messages are alone, or whose backlog has drained.
    func resumeIfQuiet(_ slot: Int) {
        guard let session = sessions[slot: slot] else { return }
        if session.isWaiting, session.inFlight == 0, session.asked == nil {
            session.goOn()
            for (payload, number) in takeWaiting(session) {
                payload.withUnsafeBytes { receive($0, from: slot, at: now, again: number) }
                // They are the first one's; a message that asks once more keeps them.
                if !session.isWaiting { session.answers = [] }
            }
        }
        if session.isPaused, session.inFlight <= Session.inFlightResume, !session.isWaiting {
            session.isPaused = false
            output.setReading(true, of: slot)
        }
    }

    func enter(_ slot: Int, name: String, channel: Int) {
        while members.count <= channel { members.append([]) }
        channelNames[name] = channel
        guard let session = sessions[slot: slot],
            !session.channels.contains(where: { $0.index == channel })
        else { return }
        members[channel].append(slot)
        if channelAccounts[channel] == nil {
            channelAccounts[channel] = accounts.ofChannel(channel, nowNs: now.monotonicNs)
        }
        session.channels.append((name, channel))
    }

    func leave(_ slot: Int, name: String) {
        guard let session = sessions[slot: slot],
            let position = session.channels.firstIndex(where: { $0.name == name })
        else { return }
        let channel = session.channels.remove(at: position)
        remove(slot, from: channel.index)
    }

    func remove(_ slot: Int, from channel: Int) {
        endWatching(channel, slot)
        guard let place = members[channel].firstIndex(of: slot) else { return }
        members[channel].swapAt(place, members[channel].count - 1)
        members[channel].removeLast()
        if members[channel].isEmpty { channelAccounts[channel] = nil }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of a stretch as a buffer of their own.
    subscript(rebasing stretch: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[stretch])
    }
}
