import AuditLog
import Crypto
import Outcomes
import PolicyEngine
import WebSocketFrames

/// The content parts of one event, in their order.
struct Parts {
    private(set) var parts: [(kind: Part, body: [UInt8])] = []

    mutating func original(_ payload: UnsafeRawBufferPointer) {
        parts.append((.original, Array(payload)))
    }

    mutating func delivered(_ body: [UInt8]) {
        parts.append((.delivered, body))
    }

    mutating func reason(_ body: [UInt8]) {
        parts.append((.reason, body))
    }

    mutating func connection(_ body: [UInt8]) {
        parts.append((.connection, body))
    }
}

/// What an event says besides what its proposal does.
struct Particulars {
    var stage = Stage.done
    /// Bytes of what was judged.
    var bytes = 0
    /// When judging began, by `Shard.ticks`.
    var started: UInt64
    var verdict: Verdict?
    var parts = Parts()
    var detail = Detail()
    /// The rules that it is recorded with, when it has no verdict of its own.
    var rules: [String] = []
    var refers: Decision?
    /// The bundle that an activation puts in force, instead of the one that is.
    var policy: [UInt8]?
}

extension Shard {
    /// A proposal of the hub itself, or one about a member who has no session here: it rests on
    /// nothing that can move.
    func proposal(
        _ kind: EventKind,
        _ disposition: Disposition = .allow,
        subject: UUID16? = nil,
        session: UUID16? = nil
    ) -> Proposal {
        var proposal = Proposal(
            kind: kind,
            disposition: disposition,
            subject: subject,
            session: session,
            slot: -1,
            judgedAfter: appliedThrough
        )
        proposal.dependsOnState = false
        return proposal
    }

    /// A proposal of a live session, with what it needs to be answered and judged again.
    func proposal(
        _ kind: EventKind,
        _ disposition: Disposition,
        _ slot: Int,
        _ envelope: Envelope?,
        _ payload: UnsafeRawBufferPointer
    ) -> Proposal {
        let session = sessions[slot: slot]!
        var proposal = Proposal(
            kind: kind,
            disposition: disposition,
            subject: session.subject,
            session: session.id,
            slot: slot,
            judgedAfter: appliedThrough
        )
        proposal.number = counting.number
        proposal.round = session.round
        proposal.channelName = envelope?.channel
        proposal.payload = append(payload)
        if let id = envelope?.id, !id.isEmpty { proposal.requestID = id.withUnsafeBytes(append) }
        return proposal
    }

    /// Refuses a message: recorded first with what was received, told afterwards.
    func refuse(
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ outcome: Outcome,
        stage: Stage,
        envelope: Envelope?,
        started: UInt64,
        message: String? = nil,
        retryAfterMs: Int? = nil,
        judged: Judged? = nil
    ) {
        let kind: EventKind =
            switch envelope?.type {
            case .renew: .renew
            case .resume: .resume
            case _ where envelope?.channel.isEmpty != false: .frame
            case .join: .join
            case .leave: .leave
            case .history: .history
            case .edit: .edit
            case .delete: .delete
            case .presence: .presence
            default: .message
            }
        var proposal = proposal(kind, judged?.refusal ?? .block, slot, envelope, payload)
        // The record names a channel only once it is one: any other name is a stranger's own text,
        // which stays in the content.
        let channel = sessions[slot: slot]!.channels.first { $0.name == envelope?.channel }
        proposal.channel = channel?.index
        if channel == nil, let name = envelope?.channel, !roster.isNamed(name) {
            proposal.channelName = nil
        }
        proposal.heads = judged?.heads
        proposal.reply = .refused(outcome, message: message, retryAfterMs: retryAfterMs)
        if let envelope, kind == .message, judged?.verdict.stage == .rules {
            identify(&proposal, envelope, sessions[slot: slot]!)
        } else if let key = envelope?.key {
            proposal.repeats = identity(of: key, proposal.subject!)
        }
        // Judged again it would not be counted, and so would pass.
        if outcome == .rate { proposal.dependsOnState = false }
        var particulars = Particulars(stage: stage, bytes: payload.count, started: started)
        particulars.detail = Detail(outcome)
        if isKept(payload, kind, outcome, stage) { particulars.parts.original(payload) }
        particulars.verdict = judged?.verdict
        record(&proposal, particulars, in: envelope?.channel)
    }

    /// Whether the record keeps what was refused. What only came too fast would fill it; a token is
    /// nobody's to read, as long as it is valid.
    private func isKept(
        _ payload: UnsafeRawBufferPointer,
        _ kind: EventKind,
        _ outcome: Outcome,
        _ stage: Stage
    ) -> Bool {
        if outcome == .rate || kind == .renew || kind == .resume { return false }
        let isUnread = stage == .json || stage == .envelope
        return !isUnread || !TokenTraces.areIn(payload)
    }

    /// Gives a message its identity: from the sender's key, or a fresh one.
    func identify(_ proposal: inout Proposal, _ envelope: Envelope, _ session: Session) {
        guard let key = envelope.key else {
            proposal.message = entropy.uuid7(unixMs: UInt64(now.wall / 1000 + 946_684_800_000))
            return
        }
        proposal.message = identity(of: key, session.subject)
        proposal.isKeyed = true
    }

    /// A message's identity from the sender's key, the same each time.
    private func identity(of key: UUID16, _ subject: UUID16) -> UUID16 {
        var hash = SHA256()
        let identity = (
            subject.high.bigEndian, subject.low.bigEndian, key.high.bigEndian, key.low.bigEndian
        )
        withUnsafeBytes(of: identity) { hash.update(bufferPointer: $0) }
        return hash.finalize().withUnsafeBytes { UUID16(version8From: $0) }
    }

    /// Encodes the frame for the channel's members, time and number left open.
    ///
    /// - Parameters:
    ///   - begin: writes the text up to where a body stands, or up to the tail.
    ///   - body: writes the body, where there is one.
    /// - Returns: the body's JSON text.
    func encodeDelivery(
        _ proposal: inout Proposal,
        _ begin: (inout [UInt8]) -> Void,
        body write: (inout [UInt8]) -> Void = { _ in }
    ) -> [UInt8] {
        let start = batch.bytes.count
        // The head of a frame of 126 to 65535 bytes, which nearly all are.
        batch.bytes.append(contentsOf: repeatElement(0, count: 4))
        begin(&batch.bytes)
        let bodyStart = batch.bytes.count
        write(&batch.bytes)
        let body = Array(batch.bytes[bodyStart...])
        batch.bytes.json(DeliveryTail.template)
        var head: [UInt8] = []
        FrameEncoder.appendHeader(
            opcode: .text,
            payloadCount: batch.bytes.count - start - 4,
            to: &head
        )
        batch.bytes.replaceSubrange(start..<start + 4, with: head)
        proposal.delivery = start..<batch.bytes.count
        let bodyEnd = batch.bytes.count - ChannelText.tailBytes
        proposal.body = bodyEnd - body.count..<bodyEnd
        return body
    }

    /// Encodes the event and its content into the batch and proposes it, and behind it what follows
    /// from its verdict.
    ///
    /// - Parameter channel: where it happened, also when the record doesn't name it.
    func record(
        _ proposal: inout Proposal,
        _ particulars: Particulars,
        in channel: String? = nil
    ) {
        var particulars = particulars
        var consequences: Consequences?
        if let verdict = particulars.verdict {
            if !verdict.effects.isEmpty {
                let following = Consequences(verdict.effects)
                particulars.detail.add(following)
                proposal.notices = Notices(following, channel: channel, rules: verdict.rules)
                consequences = following
            }
            particulars.detail.add(verdict, fieldNames)
        }
        encode(&proposal, particulars)
        if proposal.slot >= 0, sessions[slot: proposal.slot]?.id == proposal.session {
            sessions[slot: proposal.slot]?.inFlight += 1
        }
        propose(proposal)
        if let consequences, let verdict = particulars.verdict {
            propose(consequences, of: proposal, rules: verdict.rules)
        }
    }

    private func encode(_ proposal: inout Proposal, _ particulars: Particulars) {
        let contents = particulars.parts.parts.map { part in
            ContentPart(kind: part.kind, salt: salt(), body: part.body)
        }
        var event = Event(
            log: log,
            kind: proposal.kind,
            stage: particulars.stage,
            disposition: proposal.disposition
        )
        event.session = proposal.session
        event.subject = proposal.subject
        if let name = proposal.channelName, !name.isEmpty {
            event.channel = name
            event.channelEpoch = epoch
        }
        if proposal.isNumbered { event.channelSeq = 0 }
        event.message = proposal.message
        event.refersLog = proposal.follows ? log : particulars.refers?.log
        event.refersSeq = proposal.follows ? 0 : particulars.refers?.seq
        event.rules = particulars.verdict?.rules ?? particulars.rules
        event.shadowRules = particulars.verdict?.shadowRules ?? []
        event.score = Int32(clamping: particulars.verdict?.score ?? 0)
        event.policy = particulars.policy ?? bundle.digest
        event.bytes = Int32(clamping: particulars.bytes)
        event.contentHash = Commitment.contentHash(of: contents)
        event.detail = particulars.detail.json
        let judgedNs = ticks() &- particulars.started
        event.judgedNs = Int32(clamping: judgedNs)
        proposal.startedNs = particulars.started
        if particulars.verdict != nil { counters.verdicts.add(judgedNs) }

        let start = batch.bytes.count
        proposal.channelSeqOffset = event.encode(into: &batch.bytes)
        proposal.event = start..<batch.bytes.count
        for content in contents {
            let start = batch.bytes.count
            ContentRow(log: log, part: content).encode(into: &batch.bytes)
            proposal.contents.append(start..<batch.bytes.count)
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer) -> Proposal.Stretch {
        let start = batch.bytes.count
        batch.bytes.append(contentsOf: bytes)
        return start..<batch.bytes.count
    }

    func salt() -> Salt {
        Salt(high: entropy.word(), low: entropy.word())
    }

    /// Keeps a message until nothing of its session is in flight, or the record has answered.
    ///
    /// - Parameter number: what it was counted as, if it was. Those go first, as they came: they were
    ///   on their way when the others had to wait.
    func wait(_ payload: UnsafeRawBufferPointer, _ slot: Int, again number: UInt64?) {
        guard let session = sessions[slot: slot] else { return }
        let place =
            number.flatMap { number in session.waiting.firstIndex { $0.number ?? .max > number } }
            ?? session.waiting.endIndex
        session.waiting.insert((Array(payload), number: number), at: place)
        bytesWaiting += payload.count
    }

    /// Takes what waited for a session: it goes on, or has nobody any more.
    @discardableResult
    func takeWaiting(_ session: Session) -> [(payload: [UInt8], number: UInt64?)] {
        let waiting = session.waiting
        bytesWaiting -= waiting.reduce(0) { $0 + $1.payload.count }
        session.waiting = []
        return waiting
    }

    /// Stops reading from a session that has too much in flight or waiting.
    func pauseIfFull(_ slot: Int) {
        guard let session = sessions[slot: slot], !session.isPaused,
            session.inFlight >= Session.inFlightMax || session.waiting.count >= Session.inFlightMax
        else { return }
        session.isPaused = true
        counters.pauses &+= 1
        output.setReading(false, of: slot)
    }
}
