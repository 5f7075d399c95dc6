import AuditLog
import Outcomes
import PolicyEngine

/// What is in the way of a message.
struct Obstacle {
    let outcome: Outcome
    /// Nanoseconds until it may pass; 0 where waiting is no matter of time.
    let waitNs: UInt64

    init(_ outcome: Outcome, waitNs: UInt64 = 0) {
        self.outcome = outcome
        self.waitNs = waitNs
    }
}

// What keeps a member from a channel, or from writing in it, before any rule is asked: sanctions and
// the channel's settings.
extension Shard {
    /// Why a member may not be in a channel; nil when nothing is in the way.
    func obstacle(toJoining channel: String, _ session: Session) -> Outcome? {
        if !bundle.allows(channel: channel) { return .unknownChannel }
        return standing.bannedUntil(session.subject, from: channel) > now.wall
            ? .channelBanned : nil
    }

    /// Why a member may not write in a channel it is in; nil when nothing is in the way.
    func obstacle(
        toWriting channel: (name: String, index: Int),
        _ session: Session
    ) -> Obstacle? {
        if let outcome = obstacle(toChanging: channel.name, session) { return Obstacle(outcome) }
        let window = slowWindow(channel.name, session)
        guard window > 0 else { return nil }
        let wait = slowMode.wait(
            session.subject,
            in: channel.index,
            window: window,
            now: now.wall
        )
        return wait > 0 ? Obstacle(.slowMode, waitNs: UInt64(wait) * 1000) : nil
    }

    /// Why a member may neither write in a channel nor change what it wrote there; nil when nothing
    /// is in the way.
    func obstacle(toChanging channel: String, _ session: Session) -> Outcome? {
        if standing.mutedUntil(session.subject, in: channel) > now.wall { return .muted }
        let isFrozen = settings[channel]?.isFrozen ?? false
        return isFrozen && !session.member.isModerator(at: now.wall) ? .frozen : nil
    }

    /// Why a member may not write in a channel that it is not in.
    func obstacle(toWritingOutside channel: String, _ session: Session) -> Obstacle {
        if standing.mutedUntil(session.subject, in: channel) > now.wall { return Obstacle(.muted) }
        let isBanned = standing.bannedUntil(session.subject, from: channel) > now.wall
        return Obstacle(isBanned ? .channelBanned : .notJoined)
    }

    /// What lies between two messages of a member in a channel, in microseconds; 0 for any, which is
    /// also what moderators have.
    func slowWindow(_ channel: String, _ session: Session) -> Int64 {
        let seconds = slowSeconds(channel)
        if seconds == 0 || session.member.isModerator(at: now.wall) { return 0 }
        return Int64(seconds) * 1_000_000
    }

    private func slowSeconds(_ channel: String) -> Int {
        settings[channel]?.slowSeconds ?? bundle.slowSeconds(ofChannel: channel)
    }

    /// Takes a member who is banned from a channel out of it, in each session of this shard.
    func takeOut(_ subject: UUID16, of channel: String, _ decision: Decision) {
        for slot in sessions.slots where sessions[slot: slot]?.subject == subject {
            guard sessions[slot: slot]?.channels.contains(where: { $0.name == channel }) == true
            else { continue }
            leave(slot, name: channel)
            output.sendText(left(channel, decision, .channelBanned), to: slot)
        }
    }

    /// Tells a channel's members here what was set for it.
    func tellSetting(_ proposal: Proposal, _ decision: Decision) {
        guard let channel = proposal.channelName, let index = channelNames[channel],
            index < members.count, !members[index].isEmpty
        else { return }
        var text: [UInt8] = []
        text.json("{\"type\":\"notice\",\"decision\":\"")
        text.json(decision)
        text.json("\",\"channel\":")
        text.json(string: channel)
        text.json(",\"message\":")
        text.json(string: sentence(of: proposal.kind, channel))
        text.json("}")
        for slot in members[index] { output.sendText(text, to: slot) }
    }

    private func sentence(of kind: EventKind, _ channel: String) -> String {
        switch kind {
        case .freeze: return Outcome.frozen.sentence
        case .unfreeze: return "Everyone can write in this channel again."
        default:
            let seconds = slowSeconds(channel)
            if seconds == 0 { return "This channel is no longer in slow mode." }
            let pause = seconds == 1 ? "a second" : "\(seconds) seconds"
            return "This channel is in slow mode: one message in \(pause)."
        }
    }
}

extension Shard {
    /// Whether an operator may name a channel: one that can be, or that state is about from when it
    /// could.
    func isNameable(_ channel: String, _ subject: UUID16?) -> Bool {
        guard Bundle.isComposed(channel: channel) else { return false }
        return bundle.allows(channel: channel) || roster.holds(channel)
            || isSetFor(channel, subject)
    }

    /// Whether a channel has settings, or a member is under a sanction in it.
    func isSetFor(_ channel: String, _ subject: UUID16?) -> Bool {
        settings[channel] != nil || subject.map { standing[$0].channels[channel] != nil } ?? false
    }

    /// Channels that anyone belongs to or is in, or that something is set for, by name.
    package func openChannels(at now: Instant) -> [OpenChannel] {
        Set(roster.channelNames + settings.names).sorted().map { name in
            OpenChannel(
                name: name,
                heads: roster.heads(of: name, at: now.wall),
                slowSeconds: slowSeconds(name),
                isFrozen: settings[name]?.isFrozen ?? false
            )
        }
    }
}
