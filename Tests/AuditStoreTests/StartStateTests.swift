import AuditLog
import AuditStore
import Outcomes
import Testing

@Suite("State at start")
struct StartStateTests {
    private let lab: Laboratory
    private let now = Laboratory.now()

    init() throws {
        lab = try Laboratory()
    }

    private func load() throws -> StartState {
        try StartState.load(
            lab.hub,
            log: 1,
            now: now,
            strikesFrom: now - 1_000_000,
            keyedMax: 100
        )
    }

    private func sanction(
        _ seq: Int64,
        _ kind: EventKind,
        _ subject: UInt64,
        until: Int64? = nil,
        in channel: String? = nil,
        seconds: Int? = nil,
        _ disposition: Disposition = .allow
    ) -> Event {
        Event(
            log: 1,
            seq: seq,
            at: now - 1_000_000 + seq,
            kind: kind,
            stage: .done,
            disposition: disposition,
            subject: subject == 0 ? nil : UUID16(high: 0, low: subject),
            channel: channel,
            detail: until.map { "{\"until\":\($0)}" }
                ?? seconds.map { "{\"seconds\":\($0)}" } ?? "{}"
        )
    }

    @Test("an empty log starts from nothing")
    func emptyLog() throws {
        #expect(lab.claim == StartState.Claim(fence: 1, watermark: 0, isNew: true))
        let state = try load()
        #expect(state.lastSeq == 0 && state.lastAt == 0 && state.policy == nil)
        #expect(state.sanctions.isEmpty && state.keyed.isEmpty && state.strikes.isEmpty)
    }

    @Test("another journal can't take the log, and a fence is never given twice")
    func claims() throws {
        #expect(throws: StartError.self) {
            try StartState.claim(lab.hub, log: 1, origin: UUID16(high: 9, low: 9))
        }
        let claim = try StartState.claim(lab.hub, log: 1, origin: Laboratory.origin, above: 40)
        #expect(claim.fence == 41)
    }

    @Test("sanctions in force are those not lifted, not over and not refused")
    func sanctionsInForce() throws {
        let later = now + 60_000_000
        for event in [
            sanction(1, .mute, 1, until: later), sanction(2, .mute, 2, until: now - 1),
            sanction(3, .mute, 3, until: later), sanction(4, .unmute, 3),
            sanction(5, .ban, 4), sanction(6, .ban, 5, .block),
            sanction(7, .ban, 1, until: later), sanction(8, .unmute, 4),
            sanction(9, .unban, 6), sanction(10, .mute, 7, until: .max),
        ] { lab.records.append(event) }
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let found = try load().sanctions.map { "\($0.kind) \($0.subject.low) \($0.until ?? 0)" }
        #expect(
            found == ["mute 1 \(later)", "ban 4 0", "ban 1 \(later)", "mute 7 \(Int64.max)"]
        )
        #expect(try lab.count("audit.active_sanctions") == 4)
    }

    @Test("what holds in channels is read back, each place by itself")
    func channels() throws {
        let later = now + 60_000_000
        for event in [
            sanction(1, .ban, 1, until: later, in: "club:a"), sanction(2, .ban, 1, in: "club:b"),
            sanction(3, .mute, 1), sanction(4, .unban, 1), sanction(5, .unban, 1, in: "club:b"),
            sanction(6, .mute, 2, in: "club:a"), sanction(7, .unmute, 1),
            sanction(8, .slow, 0, in: "club:a", seconds: 10), sanction(9, .freeze, 0, in: "club:a"),
            sanction(10, .slow, 0, in: "club:b", seconds: 5), sanction(11, .slow, 0, in: "club:b"),
            sanction(12, .slow, 0, in: "club:a", seconds: 0),
            sanction(13, .freeze, 0, in: "club:c"),
            sanction(14, .unfreeze, 0, in: "club:c"),
            sanction(15, .freeze, 0, in: "club:d", .block),
            sanction(16, .enrol, 3, in: "club:a"), sanction(17, .enrol, 4, in: "club:a"),
            sanction(18, .withdraw, 4, in: "club:a"), sanction(19, .enrol, 5, in: "club:a"),
            sanction(20, .erase, 5), sanction(21, .enrol, 5, in: "club:b"),
        ] { lab.records.append(event) }
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let state = try load()
        #expect(
            state.sanctions.map { "\($0.kind) \($0.subject.low) \($0.channel ?? "hub")" }
                == ["ban 1 club:a", "mute 2 club:a"]
        )
        #expect(state.sanctions[0].until == later && state.sanctions[0].at == now - 999_999)
        #expect(
            state.settings.map { "\($0.kind) \($0.channel) \($0.seconds ?? -1)" }
                == ["freeze club:a -1", "slow club:a 0"]
        )
        #expect(
            state.enrolments.map { "\($0.subject.low) \($0.channel)" } == ["3 club:a", "5 club:b"]
        )
        #expect(try lab.count("audit.in_force") == 6)
        #expect(try lab.count("audit.active_sanctions where channel = 'club:a'") == 2)
    }

    @Test("rows that no hub shipped are nobody's state")
    func strays() throws {
        lab.records.append(sanction(1, .ban, 1))
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let honest = "\(try load())"
        let keyed = UUID16(high: 0x1111_2222_3333_8444, low: 0x8555_6666_7777_8888)
        let (one, two) = (UUID16(high: 0, low: 1), UUID16(high: 0, low: 2))
        // Of each thing that a start reads: retention, kind, subject, channel, detail.
        let rows = [
            "3, 53, '\(one)', null, '{}'", "3, 52, '\(two)', null, '{}'",
            "3, 54, '\(two)', null, '{\"count\":1}'", "3, 57, null, 'club:a', '{}'",
            "3, 24, '\(two)', 'club:a', '{}'", "3, 55, '\(two)', null, '{\"until\":\(Int64.max)}'",
            "2, 13, '\(two)', null, '{\"from\":\"\(keyed)\",\"until\":\(Int64.max)}'",
            "1, 30, '\(two)', 'club:a', '{}'", "4, 3, null, null, '{}'",
        ]
        for log in [1, 77] {
            for (index, row) in rows.enumerated() {
                try lab.postgres.run(
                    """
                    insert into audit.event (log, seq, at, schema, stage, disposition, rules,
                        shadow_rules, score, bytes, judged_ns, message, policy, retention, kind,
                        subject, channel, detail)
                    values (\(log), \(100 + index), now(), 1, 20, 0, '{a}', '{}', 0, 0, 0,
                        '\(keyed)', sha256('x'), \(row))
                    """
                )
            }
        }
        #expect("\(try load())" == honest)
        // Once they count as shipped, each of them is there.
        try lab.postgres.run("update audit.log set watermark = 1000")
        let state = try load()
        #expect(state.sanctions.map(\.subject) == [two])
        #expect(state.strikes.count == 1 && state.settings.count == 1)
        #expect(state.enrolments.count == 1 && state.revocations.count == 1)
        #expect(state.resumptions.count == 1 && state.keyed.count == 1 && state.policy != nil)
    }

    @Test("the newest event, its policy and the day's keyed messages are read back")
    func positionAndKeys() throws {
        let keyed = UUID16(high: 0x1111_2222_3333_8444, low: 0x8555_6666_7777_8888)
        let random = UUID16(high: 0x1111_2222_3333_7444, low: 0x8555_6666_7777_8888)
        let digest = [UInt8](repeating: 3, count: 32)
        let events = [
            Event(
                log: 1,
                seq: 1,
                at: now - 90_000_000_000,
                kind: .message,
                stage: .done,
                disposition: .allow,
                channelSeq: 1,
                message: keyed
            ),
            Event(
                log: 1,
                seq: 2,
                at: now - 50,
                kind: .policyActivated,
                stage: .done,
                disposition: .allow,
                policy: digest
            ),
            Event(
                log: 1,
                seq: 3,
                at: now - 40,
                kind: .message,
                stage: .done,
                disposition: .redact,
                channelSeq: 7,
                message: keyed
            ),
            Event(
                log: 1,
                seq: 4,
                at: now - 30,
                kind: .message,
                stage: .done,
                disposition: .allow,
                channelSeq: 8,
                message: random
            ),
            // Quarantined: the position counts it, the time is the newest that can be read.
            Event(log: 1, seq: 5, at: .max, kind: .message, stage: .done, disposition: .allow),
        ]
        for event in events { lab.records.append(event) }
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let state = try load()
        #expect(state.lastSeq == 5)
        #expect(state.lastAt == now - 30)
        #expect(state.policy?.digest == digest && state.policy?.seq == 2)
        #expect(state.policy?.files == nil)
        #expect(
            state.keyed == [
                StartState.KeyedMessage(
                    message: keyed,
                    seq: 3,
                    at: now - 40,
                    disposition: .redact,
                    channelSeq: 7,
                    epoch: 0
                )
            ]
        )
    }
}
