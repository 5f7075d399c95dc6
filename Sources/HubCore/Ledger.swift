import AuditLog
import Outcomes

/// Gives out `seq` and `channel_seq`, and knows the state that the events so far add up to.
///
/// One ledger a log, driven by the recorder's thread. An item judged before its subject, its channel
/// or the policy last changed is sent back as stale, so no verdict rests on overtaken facts.
package struct Ledger: Sendable {
    /// Channels that one run numbers; a stranger with a wide glob can ask for no more.
    package static let channelsMax = 1 << 20

    package let log: Int32
    /// Number of this run of the log; `channel_seq` starts anew with each epoch.
    package let epoch: Int32
    /// The newest `seq` given out; 0 before the first.
    package private(set) var lastSeq: Int64
    /// Time of the newest event, microseconds since 2000-01-01 UTC; it never goes back.
    package private(set) var lastAt: Int64
    package private(set) var standing: Standing
    private var subjectChanged: [UUID16: Int64] = [:]
    private var policyChanged: Int64 = 0
    private var channelIndex: [String: Int] = [:]
    private var channelSeq: [Int64] = []
    private var keyed: KeyedOutcomes

    package init(
        log: Int32,
        epoch: Int32,
        lastSeq: Int64,
        lastAt: Int64,
        standing: Standing,
        keyed: KeyedOutcomes
    ) {
        self.log = log
        self.epoch = epoch
        self.lastSeq = lastSeq
        self.lastAt = lastAt
        self.standing = standing
        self.keyed = keyed
    }

    /// Decides one proposal. A recorded one has changed the state when this returns.
    ///
    /// - Parameter now: wall clock, microseconds since 2000-01-01 UTC.
    package mutating func admit(_ proposal: inout Proposal, now: Int64) {
        if proposal.dependsOnState, isStale(proposal) {
            proposal.ruling = .stale
            return
        }
        if proposal.isKeyed, let message = proposal.message, let first = keyed[message, now: now] {
            proposal.ruling = .duplicate(first)
            return
        }
        if proposal.isKeyed, keyed.count >= KeyedOutcomes.countMax {
            proposal.ruling = .busy
            return
        }
        if proposal.kind == .join, proposal.channel == nil, channelSeq.count >= Self.channelsMax {
            proposal.ruling = .busy
            return
        }
        lastSeq += 1
        lastAt = max(lastAt, now)
        let channelSeq = number(&proposal)
        proposal.ruling = .recorded(seq: lastSeq, at: lastAt, channelSeq: channelSeq)
        apply(proposal, channelSeq: channelSeq)
    }

    private func isStale(_ proposal: Proposal) -> Bool {
        if policyChanged > proposal.judgedAfter { return true }
        guard !subjectChanged.isEmpty, let subject = proposal.subject,
            let changed = subjectChanged[subject]
        else { return false }
        return changed > proposal.judgedAfter
    }

    /// Gives a delivered message the channel's next number; others learn the newest one.
    private mutating func number(_ proposal: inout Proposal) -> Int64 {
        if proposal.channel == nil, proposal.kind == .join, let name = proposal.channelName,
            proposal.disposition == .allow
        {
            if let index = channelIndex[name] {
                proposal.channel = index
            } else {
                proposal.channel = channelSeq.count
                channelIndex[name] = channelSeq.count
                channelSeq.append(0)
            }
        }
        guard let channel = proposal.channel else { return 0 }
        if proposal.kind == .message, proposal.disposition <= .redact {
            channelSeq[channel] += 1
        }
        return channelSeq[channel]
    }

    private mutating func apply(_ proposal: Proposal, channelSeq: Int64) {
        if proposal.kind == .policyActivated { policyChanged = lastSeq }
        if proposal.isKeyed, let message = proposal.message {
            keyed[message] = KeyedOutcome(
                seq: lastSeq,
                channelSeq: channelSeq,
                disposition: proposal.disposition,
                at: lastAt
            )
        }
        guard standing.apply(proposal), let subject = proposal.subject else { return }
        subjectChanged[subject] = standing.isKnown(subject) ? lastSeq : nil
    }
}
