import AuditLog
import Outcomes

/// Gives out `seq` and `channel_seq`, and knows the state that the events so far add up to.
///
/// One ledger a log, driven by the recorder's thread. An item judged before its subject, the heads of
/// its channel or the policy last changed is sent back as stale, so no verdict rests on overtaken
/// facts.
package struct Ledger: Sendable {
    /// Channels that one run numbers; a stranger with a wide glob can ask for no more.
    package static let channelsMax = 1 << 20
    /// How many of them one subject brings at most, so that nobody leaves none to others.
    package static let channelsOfSubjectMax = 1 << 12

    package let log: Int32
    /// Number of this run of the log; `channel_seq` starts anew with each epoch.
    package let epoch: Int32
    /// The newest `seq` given out; 0 before the first.
    package private(set) var lastSeq: Int64
    /// Time of the newest event, microseconds since 2000-01-01 UTC; it never goes back.
    package private(set) var lastAt: Int64
    package private(set) var standing: Standing
    package private(set) var roster: Roster
    package private(set) var settings: ChannelSettings
    package private(set) var slowMode = SlowMode()
    /// The newest proposal that follows from no other, if it was recorded.
    private var principalSeq: Int64?
    private var subjectChanged: [UUID16: Int64] = [:]
    private var policyChanged: Int64 = 0
    /// Of sessions with something stale, the round that it was judged in: until their next one, all of
    /// it is stale.
    private var staleRounds: [UUID16: Int] = [:]
    /// Where subjects were forgotten in this run: keepers ask for each, by hand.
    private var forgotten: [UUID16: Int64] = [:]
    /// When the settings of a channel last changed, by its index.
    private var channelChanged: [Int: Int64] = [:]
    private var channelIndex: [String: Int] = [:]
    private var channelSeq: [Int64] = []
    /// How many channels subjects have brought: were the first to join in this run.
    private var channelsBrought: [UUID16: Int] = [:]
    private var keyed: KeyedOutcomes
    private var changes: MessageChanges

    package init(
        log: Int32,
        epoch: Int32,
        lastSeq: Int64,
        lastAt: Int64,
        standing: Standing,
        roster: Roster,
        settings: ChannelSettings,
        keyed: KeyedOutcomes
    ) {
        self.log = log
        self.epoch = epoch
        self.lastSeq = lastSeq
        self.lastAt = lastAt
        self.standing = standing
        self.roster = roster
        self.settings = settings
        self.keyed = keyed
        changes = MessageChanges(since: lastSeq)
    }

    /// Idempotency keys that are remembered, for the metrics.
    package var keyedCount: Int { keyed.count }

    /// Decides one proposal. A recorded one has changed the state when this returns.
    ///
    /// - Parameter now: wall clock, microseconds since 2000-01-01 UTC.
    package mutating func admit(_ proposal: inout Proposal, now: Int64) {
        if proposal.follows {
            guard let principalSeq else {
                proposal.ruling = .dropped
                return
            }
            proposal.refersSeq = principalSeq
        } else {
            principalSeq = nil
            if let ruling = refusal(of: proposal, now: now) {
                proposal.ruling = ruling
                if case .stale = ruling { noteStale(proposal) }
                return
            }
        }
        if proposal.kind == .disconnect { forgetRound(of: proposal) }
        if isForgotten(proposal) {
            // As if it had stood before the erasure.
            proposal.contents = []
            proposal.row = nil
            if case .member = proposal.change { proposal.change = nil }
        }
        lastSeq += 1
        lastAt = max(lastAt, now)
        if !proposal.follows { principalSeq = lastSeq }
        let channelSeq = number(&proposal)
        proposal.ruling = .recorded(seq: lastSeq, at: lastAt, channelSeq: channelSeq)
        apply(proposal, channelSeq: channelSeq)
    }

    /// Leaves a proposal unrecorded for want of room, and with it what follows from it.
    package mutating func leaveOut(_ proposal: inout Proposal) {
        if !proposal.follows { principalSeq = nil }
        if proposal.kind == .disconnect { forgetRound(of: proposal) }
        proposal.ruling = .unrecorded
    }

    /// Why a proposal can't be recorded as it is; nil when it can.
    private mutating func refusal(of proposal: Proposal, now: Int64) -> Ruling? {
        if proposal.dependsOnState, isBehindStale(proposal) || isStale(proposal, now) {
            return .stale
        }
        if let message = proposal.repeats, let first = keyed[message, now: now] {
            return .duplicate(first)
        }
        if proposal.isKeyed, let message = proposal.message,
            let first = keyed[message, now: now]
        {
            return .duplicate(first)
        }
        if let name = newChannel(of: proposal), channelIndex[name] == nil,
            !hasRoomForChannel(of: proposal.subject)
        {
            return .busy
        }
        if case .resumed = proposal.change, !standing.hasRoomToResume(at: max(lastAt, now)) {
            return .busy
        }
        if case .member(let entry) = proposal.change, let subject = proposal.subject,
            !roster.hasRoom(for: entry, of: subject)
        {
            return .busy
        }
        return hasRoom(for: proposal, max(lastAt, now)) ? nil : .busy
    }

    /// The channel of a join which may be the first one's.
    private func newChannel(of proposal: Proposal) -> String? {
        guard proposal.kind == .join, proposal.channel == nil, proposal.disposition == .allow
        else { return nil }
        return proposal.channelName
    }

    private func hasRoomForChannel(of subject: UUID16?) -> Bool {
        guard channelSeq.count < Self.channelsMax else { return false }
        return subject.map { channelsBrought[$0, default: 0] < Self.channelsOfSubjectMax } ?? true
    }

    /// Whether what a proposal says of a member in a channel, or of a channel, can be remembered.
    private func hasRoom(for proposal: Proposal, _ now: Int64) -> Bool {
        if proposal.slowWindow > 0, let subject = proposal.subject, let index = proposal.channel {
            return slowMode.hasRoom(for: subject, in: index, at: now)
        }
        guard let channel = proposal.channelName, proposal.disposition == .allow else {
            return true
        }
        switch proposal.kind {
        case .slow, .freeze: return settings.hasRoom(for: channel)
        case .mute, .ban:
            return proposal.subject.map { standing.hasRoom(for: channel, of: $0, at: now) } ?? true
        case .enrol: return proposal.subject.map { roster.hasRoomToEnrol($0) } ?? true
        default: return true
        }
    }

    private mutating func isStale(_ proposal: Proposal, _ now: Int64) -> Bool {
        if policyChanged > proposal.judgedAfter { return true }
        if let channel = proposal.channel {
            if !channelChanged.isEmpty, let changed = channelChanged[channel],
                changed > proposal.judgedAfter
            {
                return true
            }
            if proposal.slowWindow > 0, isTooSoon(proposal, in: channel, max(lastAt, now)) {
                return true
            }
        }
        if let read = proposal.heads, !read.hold(in: roster.heads(of: read.channel, at: now)) {
            return true
        }
        if let read = proposal.read, changes.haveMoved(read) { return true }
        guard !subjectChanged.isEmpty, let subject = proposal.subject,
            let changed = subjectChanged[subject]
        else { return false }
        return changed > proposal.judgedAfter
    }

    /// Whether something that its sender sent before it will be judged again: it must not overtake that.
    private func isBehindStale(_ proposal: Proposal) -> Bool {
        guard !staleRounds.isEmpty, proposal.number != nil, let session = proposal.session
        else { return false }
        return staleRounds[session] == proposal.round
    }

    private mutating func noteStale(_ proposal: Proposal) {
        guard proposal.number != nil, let session = proposal.session else { return }
        staleRounds[session] = proposal.round
    }

    private mutating func forgetRound(of proposal: Proposal) {
        if let session = proposal.session { staleRounds[session] = nil }
    }

    /// Whether its subject was forgotten after it was judged. Why somebody is forgotten or preserved
    /// answers for what was done, and stays.
    private func isForgotten(_ proposal: Proposal) -> Bool {
        guard !forgotten.isEmpty, let subject = proposal.subject, !proposal.kind.isKeeping,
            let seq = forgotten[subject]
        else { return false }
        return seq > proposal.judgedAfter
    }

    /// Whether the sender has written in a slow channel since the shard looked.
    private func isTooSoon(_ proposal: Proposal, in channel: Int, _ now: Int64) -> Bool {
        guard let subject = proposal.subject else { return false }
        return slowMode.wait(subject, in: channel, window: proposal.slowWindow, now: now) > 0
    }

    /// Gives what members get the channel's next number; others learn the newest one.
    private mutating func number(_ proposal: inout Proposal) -> Int64 {
        if let name = newChannel(of: proposal) {
            if let index = channelIndex[name] {
                proposal.channel = index
            } else {
                proposal.channel = channelSeq.count
                channelIndex[name] = channelSeq.count
                channelSeq.append(0)
                if let subject = proposal.subject { channelsBrought[subject, default: 0] += 1 }
            }
        }
        guard let channel = proposal.channel else { return 0 }
        if proposal.isNumbered { channelSeq[channel] += 1 }
        return channelSeq[channel]
    }

    private mutating func apply(_ proposal: Proposal, channelSeq: Int64) {
        // Whose token it is, nobody knows: what was judged before is judged again, whoever sent it.
        if proposal.kind == .policyActivated || proposal.kind == .revoke { policyChanged = lastSeq }
        if let target = proposal.target, proposal.isNumbered {
            changes.note(target.seq, changedBy: lastSeq)
        }
        if proposal.kind == .erase { changes.noteErasure(lastSeq) }
        if proposal.isKeyed, let message = proposal.message {
            keyed[message] = KeyedOutcome(
                seq: lastSeq,
                epoch: epoch,
                channelSeq: channelSeq,
                disposition: proposal.disposition,
                at: lastAt
            )
        }
        roster.apply(proposal)
        if proposal.kind == .erase, let subject = proposal.subject { forgotten[subject] = lastSeq }
        slowMode.apply(proposal, at: lastAt)
        if settings.apply(proposal), let name = proposal.channelName,
            let index = channelIndex[name]
        {
            channelChanged[index] = lastSeq
        }
        let hasMoved = standing.apply(proposal, at: lastAt)
        guard hasMoved || proposal.bringsClaims, let subject = proposal.subject else { return }
        subjectChanged[subject] = standing.isKnown(subject) ? lastSeq : nil
    }
}
