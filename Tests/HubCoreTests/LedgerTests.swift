import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("What the ledger records, sends back and leaves out")
struct LedgerTests {
    private static let subject = UUID16(high: 1, low: 1)
    /// 2026-06-15 12:00 UTC.
    private static let now: Int64 = 834_840_000_000_000
    private var ledger = Ledger(
        log: 1,
        epoch: 1,
        lastSeq: 0,
        lastAt: 0,
        standing: Standing(),
        roster: Roster(),
        settings: ChannelSettings(),
        keyed: KeyedOutcomes()
    )

    private func proposal(_ kind: EventKind, judgedAfter: Int64 = 0) -> Proposal {
        Proposal(
            kind: kind,
            disposition: .allow,
            subject: Self.subject,
            session: Self.subject,
            slot: 0,
            judgedAfter: judgedAfter
        )
    }

    private func following(_ kind: EventKind) -> Proposal {
        var proposal = proposal(kind)
        proposal.dependsOnState = false
        proposal.follows = true
        if kind == .strike { proposal.change = .strike(rule: "r", count: 2) }
        return proposal
    }

    private mutating func admit(_ proposals: [Proposal]) -> [Proposal] {
        proposals.map { proposal in
            var proposal = proposal
            ledger.admit(&proposal, now: Self.now)
            return proposal
        }
    }

    @Test("what follows from a verdict is numbered behind it and refers to it")
    mutating func following() {
        let done = admit([
            proposal(.message), following(.strike), following(.mute), proposal(.message),
        ])
        guard case .recorded(let seq, _, _) = done[0].ruling else {
            Issue.record("\(done[0].ruling)")
            return
        }
        #expect(done[1].ruling == .recorded(seq: seq + 1, at: Self.now, channelSeq: 0))
        #expect(done[2].ruling == .recorded(seq: seq + 2, at: Self.now, channelSeq: 0))
        #expect(done[1].refersSeq == seq && done[2].refersSeq == seq)
        let strikes = ledger.standing[Self.subject].strikes
        #expect(strikes == [Strike(rule: "r", at: Self.now, count: 2)])
        #expect(ledger.standing[Self.subject].mutedUntil == .max)
        // The sender's next message was judged before the strike.
        #expect(done[3].ruling == .stale)
    }

    @Test("what follows from something that isn't recorded is not recorded either")
    mutating func dropped() {
        let sanction = admit([proposal(.mute)])
        #expect(sanction[0].ruling == .recorded(seq: 1, at: Self.now, channelSeq: 0))
        let done = admit([proposal(.message), following(.strike)])
        #expect(done.map(\.ruling) == [.stale, .dropped])
        var unrecorded = proposal(.message, judgedAfter: 1)
        ledger.leaveOut(&unrecorded)
        #expect(unrecorded.ruling == .unrecorded)
        #expect(admit([following(.ban)]).map(\.ruling) == [.dropped])
        var keyed = proposal(.message, judgedAfter: 1)
        keyed.message = UUID16(high: 0x8000, low: 9)
        keyed.isKeyed = true
        let again = admit([keyed, following(.strike), keyed, following(.strike)])
        #expect(again[0].ruling == .recorded(seq: 2, at: Self.now, channelSeq: 0))
        #expect(again[3].ruling == .dropped)
        #expect(ledger.standing[Self.subject].strikes.count == 1)
    }

    @Test("what was judged before its subject was forgotten is stale, or loses its content")
    mutating func forgotten() {
        var refused = proposal(.connect)
        refused.disposition = .block
        refused.dependsOnState = false
        refused.contents = [0..<9]
        var connect = proposal(.connect)
        connect.contents = [0..<9]
        connect.row = (.subject, 9..<20)
        var reason = proposal(.preserve)
        reason.dependsOnState = false
        reason.contents = [0..<9]
        var other = refused
        other.subject = UUID16(high: 1, low: 2)
        let before = admit([refused])
        #expect(before[0].contents.count == 1)
        let done = admit([proposal(.erase), refused, connect, reason, other])
        #expect(done[0].ruling == .recorded(seq: 2, at: Self.now, channelSeq: 0))
        #expect(done[1].ruling == .recorded(seq: 3, at: Self.now, channelSeq: 0))
        #expect(done[1].contents.isEmpty)
        #expect(done[2].ruling == .stale)
        // Why somebody is preserved stays, and so does what is another's.
        #expect(done[3].contents.count == 1 && done[4].contents.count == 1)
        connect.judgedAfter = 2
        refused.judgedAfter = 2
        let after = admit([refused, connect])
        #expect(after[0].contents.count == 1)
        #expect(after[1].contents.count == 1 && after[1].row != nil)
        let now = Self.now / 1_000_000 + Row.epochUnixSeconds
        let old = TokenMark(id: nil, issuedAt: now, key: Fixture.key)
        let fresh = TokenMark(id: nil, issuedAt: now + 1, key: Fixture.key)
        #expect(ledger.standing.isRevoked(old, of: Self.subject))
        #expect(ledger.standing.isForgotten(old, of: Self.subject))
        #expect(!ledger.standing.isForgotten(fresh, of: Self.subject))
        #expect(!ledger.standing.isRevoked(fresh, of: Self.subject))
        #expect(!ledger.standing.isRevoked(old, of: UUID16(high: 1, low: 2)))
    }

    /// The member joins a channel, and what it says there.
    private mutating func joined(_ channel: String) -> (Int64) -> Proposal {
        var join = proposal(.join)
        join.channelName = channel
        let index = admit([join])[0].channel
        return { [self] judgedAfter in
            var message = proposal(.message, judgedAfter: judgedAfter)
            message.channel = index
            return message
        }
    }

    private func setting(_ kind: EventKind, _ channel: String) -> Proposal {
        var setting = proposal(kind)
        setting.subject = nil
        setting.dependsOnState = false
        setting.channelName = channel
        return setting
    }

    @Test("what was judged before a channel was frozen or slowed is stale, elsewhere it isn't")
    mutating func settings() {
        let message = joined("club:a")
        let elsewhere = joined("club:b")
        let before = ledger.lastSeq
        #expect(admit([message(before)])[0].ruling != .stale)
        for kind in [EventKind.freeze, .unfreeze, .slow] {
            let judged = ledger.lastSeq
            _ = admit([setting(kind, "club:a")])
            #expect(admit([message(judged)])[0].ruling == .stale)
            #expect(admit([elsewhere(judged)])[0].ruling != .stale)
            #expect(admit([message(ledger.lastSeq)])[0].ruling != .stale)
        }
    }

    @Test("what was sent behind something stale does not overtake it, stale itself or not")
    mutating func order() {
        let message = joined("club:a")
        func sent(_ judgedAfter: Int64, round: Int) -> Proposal {
            var sent = message(judgedAfter)
            sent.number = 1
            sent.round = round
            return sent
        }
        let before = ledger.lastSeq
        _ = admit([setting(.freeze, "club:a")])
        var other = sent(ledger.lastSeq, round: 0)
        other.session = UUID16(high: 1, low: 7)
        let done = admit([sent(before, round: 0), sent(ledger.lastSeq, round: 0), other])
        #expect(done.map(\.ruling)[..<2] == [.stale, .stale])
        #expect(done[2].ruling != .stale)
        let again = admit([sent(ledger.lastSeq, round: 1), sent(ledger.lastSeq, round: 1)])
        #expect(again[0].ruling != .stale && again[1].ruling != .stale)
    }

    @Test("what was judged before a ban from its channel is stale; new claims count at once")
    mutating func channelBan() {
        _ = admit([proposal(.connect)])
        let message = joined("club:a")
        for kind in [EventKind.ban, .unban, .renew] {
            let judged = ledger.lastSeq
            var change = proposal(kind)
            change.dependsOnState = false
            change.channelName = kind == .renew ? nil : "club:a"
            if kind == .renew {
                let facts = MemberReading.standard.member(id: "", name: "", claims: "{}")
                change.change = .member(RosterEntry(facts, claims: "{}"))
            }
            _ = admit([change])
            #expect(ledger.roster.places(in: "club:a", at: Self.now) == nil || kind == .renew)
            #expect(admit([message(judged)])[0].ruling == .stale)
            _ = joined("club:a")
        }
    }

    @Test(
        "of two sessions' messages in a slow channel one is first, however stale the other is not"
    )
    mutating func slowMode() {
        let message = joined("club:a")
        func slow() -> Proposal {
            var slow = message(ledger.lastSeq)
            slow.slowWindow = 10_000_000
            return slow
        }
        let done = admit([slow(), slow()])
        #expect(done[0].ruling != .stale && done[1].ruling == .stale)
        #expect(ledger.slowMode.count == 1)
        var later = slow()
        ledger.admit(&later, now: Self.now + 10_000_000)
        #expect(later.ruling != .stale)
    }

    @Test("a verdict that rests on heads is stale once they have moved, and only then")
    mutating func heads() {
        let claims = #"{"channels":["club:a"],"birthdate":"1990-01-01"}"#
        var connect = proposal(.connect)
        let facts = MemberReading.standard.member(id: "", name: "", claims: claims)
        connect.change = .member(RosterEntry(facts, claims: claims))
        _ = admit([connect])
        var counted = Heads()
        counted.roster.adults = 1
        func message(_ heads: Heads) -> Proposal {
            var message = proposal(.message, judgedAfter: ledger.lastSeq)
            message.heads = ReadHeads(
                channel: "club:a",
                roster: heads.roster,
                present: heads.present
            )
            return message
        }
        #expect(admit([message(Heads())])[0].ruling == .stale)
        #expect(admit([message(counted)])[0].ruling != .stale)
        var join = proposal(.join, judgedAfter: ledger.lastSeq)
        join.channelName = "club:a"
        _ = admit([join])
        #expect(admit([message(counted)])[0].ruling == .stale)
        counted.present.adults = 1
        #expect(admit([message(counted)])[0].ruling != .stale)
        // A second connection with the same claims moves nothing.
        connect.session = UUID16(high: 1, low: 7)
        connect.judgedAfter = ledger.lastSeq
        _ = admit([connect])
        #expect(admit([message(counted)])[0].ruling != .stale)
    }

    @Test("past the keys that are remembered the oldest are forgotten, and nobody is refused")
    mutating func keys() {
        ledger = Ledger(
            log: 1,
            epoch: 1,
            lastSeq: 0,
            lastAt: 0,
            standing: Standing(),
            roster: Roster(),
            settings: ChannelSettings(),
            keyed: KeyedOutcomes(countMax: 9)
        )
        func keyed(_ number: UInt64) -> Proposal {
            var message = proposal(.message)
            message.message = UUID16(high: 0x8000, low: number)
            message.isKeyed = true
            return message
        }
        let said = admit((1...100).map(keyed))
        for (index, message) in said.enumerated() {
            #expect(
                message.ruling == .recorded(seq: Int64(index + 1), at: Self.now, channelSeq: 0)
            )
        }
        #expect(ledger.keyedCount <= 9)
        // A third of the room is the newest ones' for sure.
        for message in admit((98...100).map(keyed)) {
            guard case .duplicate(let first) = message.ruling else {
                Issue.record("\(message.ruling)")
                continue
            }
            #expect(first.seq == Int64(message.message!.low))
        }
        #expect(
            admit([keyed(1)])[0].ruling == .recorded(seq: 101, at: Self.now, channelSeq: 0)
        )
    }

    @Test("one subject brings so many channels and no more, others bring theirs")
    mutating func channelsBrought() {
        func join(_ name: String, _ subject: UUID16 = Self.subject) -> Proposal {
            var join = proposal(.join)
            join.subject = subject
            join.channelName = name
            join.dependsOnState = false
            return join
        }
        let names = (0..<Ledger.channelsOfSubjectMax).map { "club:\($0)" }
        let last = admit(names.map { join($0) }).last
        #expect(last?.channel == names.count - 1)
        let other = UUID16(high: 1, low: 2)
        let done = admit([
            join("club:more"), join("club:7"), join("club:more", other), join("club:more"),
        ])
        #expect(done[0].ruling == .busy && done[0].channel == nil)
        #expect(done[1].channel == 7)
        #expect(done[2].channel == names.count && done[3].channel == names.count)
    }
}
