import AuditLog
import AuditStore
import HubCore
import Outcomes
import Testing

/// What shipping does with events of forgetting and keeping.
@Suite("Forgetting and keeping")
struct KeepingTests {
    private let lab: Laboratory
    private let now = Laboratory.now()
    private let subject = UUID16(high: 7, low: 7)

    init() throws {
        lab = try Laboratory()
    }

    private func append(
        _ seq: Int64,
        _ kind: EventKind,
        daysAgo: Int64 = 0,
        subject: UUID16? = nil,
        channel: String? = nil,
        detail: String = "{}",
        text: String? = nil,
        _ change: (inout Event) -> Void = { _ in }
    ) {
        let content = text.map {
            [ContentPart(kind: .original, salt: Salt(high: 1, low: 2), body: Array($0.utf8))]
        }
        var event = Event(
            log: 1,
            seq: seq,
            at: now - daysAgo * 86_400_000_000 - 1_000_000 + seq,
            kind: kind,
            stage: .done,
            disposition: .allow,
            subject: subject,
            channel: channel,
            contentHash: Commitment.contentHash(of: content ?? [])
        )
        event.detail = detail
        change(&event)
        lab.records.append(event, content ?? [])
    }

    private func ship() {
        #expect(lab.shipper().stop(drain: .seconds(20)))
    }

    private func numbers(_ statement: String) throws -> [Int64] {
        let rows = try lab.postgres.query(statement)
        return (0..<rows.rowCount).map { rows.int8($0, 0) }
    }

    private let contents = "select seq from audit.content where log = 1 order by seq"

    @Test(
        "an erasure takes what has a smaller seq, though it is shipped in one transaction with it"
    )
    func erasesWhatWasBefore() throws {
        append(1, .message, subject: subject, text: "before")
        append(2, .message, subject: UUID16(high: 8, low: 8), text: "of another")
        append(3, .erase, subject: subject, text: "the reason stays")
        append(4, .message, subject: subject, text: "after")
        ship()
        #expect(try numbers(contents) == [2, 3, 4])
        #expect(try numbers("select contents from audit.erasure where seq = 3") == [1])
    }

    @Test("what is open when an erasure is shipped stops it, unless an officer answers for it")
    func erasesNothingOpen() throws {
        let other = UUID16(high: 8, low: 8)
        append(1, .message, subject: subject, text: "before") { $0.disposition = .hold }
        append(2, .message, subject: subject, detail: #"{"flags":["care"]}"#)
        append(3, .erase, subject: subject)
        append(4, .message, subject: subject, text: "after") { $0.disposition = .hold }
        ship()
        #expect(try numbers(contents) == [1, 4])
        #expect(try lab.count("audit.erasure") == 0)
        append(5, .erase, subject: subject, detail: #"{"override":1}"#)
        append(6, .message, subject: subject, text: "behind it") { $0.disposition = .hold }
        append(7, .message, subject: other, text: "of another")
        append(8, .erase, subject: other)
        append(9, .message, subject: other, text: "back") { $0.disposition = .hold }
        ship()
        #expect(try numbers(contents) == [6, 9])
        #expect(try numbers("select seq from audit.erasure order by seq") == [5, 8])
    }

    @Test("an erasure takes what belongs to events that PostgreSQL refused, by their bytes")
    func erasesWhatWasRefused() throws {
        for (seq, session) in [(Int64(1), nil), (2, UUID16(high: 6, low: 6))] {
            append(seq, .message, subject: subject, channel: "\0", text: "mine") {
                $0.session = session
            }
            lab.records.append(.content, Array("no tuple".utf8), seq: seq)
        }
        append(3, .message, subject: UUID16(high: 8, low: 8), channel: "\0", text: "of another")
        append(4, .message, channel: "\0", text: "of nobody")
        append(5, .erase, subject: subject)
        append(6, .message, subject: subject, channel: "\0", text: "after")
        ship()
        #expect(try numbers(contents) == [3, 4, 6])
        #expect(try numbers("select contents from audit.erasure where seq = 5") == [2])
        #expect(
            try numbers("select seq from audit.quarantine where record = 'event' order by seq")
                == [1, 2, 3, 4, 6]
        )
        #expect(try lab.count("audit.quarantine") == 5)
    }

    @Test("who was forgotten and came back is known again, in one transaction too")
    func knowsWhoCameBack() throws {
        let (other, stranger) = (UUID16(high: 8, low: 8), UUID16(high: 9, low: 9))
        meet(1, subject, "Ann")
        meet(2, other, "Ben")
        append(3, .erase, subject: subject)
        meet(4, subject, "Ann again")
        meet(5, stranger, "Carl")
        append(6, .erase, subject: other)
        append(7, .erase, subject: stranger)
        ship()
        let left = try lab.postgres.query("select name, first_seen from audit.subject")
        #expect(left.rowCount == 1 && left.text(0, 0) == "Ann again")
        #expect(left.timestamp(0, 1) == now - 1_000_000 + 4)
    }

    /// A connection that brings who somebody is.
    private func meet(_ seq: Int64, _ subject: UUID16, _ name: String) {
        append(seq, .connect, subject: subject)
        var tuple: [UInt8] = []
        SubjectRow(
            pseudonym: subject,
            issuer: "i",
            sub: "s",
            name: name,
            claims: "{}",
            firstSeen: now - 1_000_000 + seq
        ).encode(into: &tuple)
        lab.records.append(.subject, tuple, seq: seq)
    }

    @Test("a request that was recorded twice is carried out by the event that comes first")
    func carriesOutOnce() throws {
        let other = UUID16(high: 8, low: 8)
        let erase = try request(.erase, subject, "now() - interval '1 hour', null, null, null")
        let preserve = try request(.preserve, other, "now() - interval '1 hour', null, null, null")
        // In a database that was restored, ids are given again: this one was asked for later.
        let later = try request(.erase, other, "now() + interval '1 hour', 9, 9, now()")
        append(1, .message, subject: subject, text: "before")
        append(2, .erase, subject: subject, detail: "{\"request\":\(erase)}")
        append(3, .message, subject: subject, text: "back again")
        append(4, .erase, subject: subject, detail: "{\"request\":\(erase)}")
        append(5, .erase, subject: other, detail: "{\"request\":\(later)}")
        append(6, .preserve, subject: other, detail: "{\"request\":\(preserve)}")
        append(7, .preserve, subject: other, detail: "{\"request\":\(preserve)}")
        ship()
        #expect(try numbers(contents) == [3])
        #expect(try numbers("select seq from audit.erasure order by seq") == [2, 5])
        #expect(try numbers("select seq from audit.preservation") == [6])
        #expect(
            try numbers("select seq from audit.request where outcome is not null order by id")
                == [2, 6]
        )
    }

    /// A request that log 1 has taken; its id.
    private func request(_ kind: EventKind, _ subject: UUID16, _ rest: String) throws -> Int64 {
        try lab.postgres.query(
            """
            insert into audit.request
                (kind, subject, taken_log, taken_at, requested_at, log, seq, done_at)
            values (\(kind.rawValue), '\(subject)', 1, now(), \(rest)) returning id
            """
        ).int8(0, 0)
    }

    @Test("what another hub's erasure had forgotten goes as it is shipped; what came after stays")
    func erasesLate() throws {
        try lab.postgres.run(
            """
            insert into audit.erasure (log, seq, at, subject, contents)
            values (2, 9, timestamptz '2000-01-01 00:00:00+00'
                + \(now - 3 * 86_400_000_000) * interval '1 microsecond', '\(subject)', 0)
            """
        )
        append(1, .message, daysAgo: 5, subject: subject, text: "long before")
        append(2, .message, daysAgo: 4, text: "of nobody")
        append(3, .message, daysAgo: 1, subject: subject, text: "after")
        ship()
        #expect(try numbers(contents) == [2, 3])
    }

    @Test(
        "an event of keeping that makes no sense stops nothing behind it",
        arguments: [
            (EventKind.erase, "{}"), (.erase, #"{"request":"many"}"#), (.preserve, "{}"),
            (.preserve, #"{"from":1e300}"#), (.unpreserve, "{}"), (.retain, #"{"content":"all"}"#),
            (.retain, #"{"content":99999999999}"#),
        ]
    )
    func survivesNonsense(kind: EventKind, detail: String) throws {
        append(1, kind, detail: detail)
        append(2, .message, subject: subject, text: "behind it")
        ship()
        #expect(try numbers(contents) == [2])
        #expect(try lab.count("audit.erasure") + lab.count("audit.preservation") == 0)
        #expect(try lab.count("audit.retention_run") == 0)
    }

    @Test("after retention a ban is found at the start, and what remains is what the tree has")
    func retentionOfTheOwnLog() throws {
        append(1, .ban, daysAgo: 1500, subject: subject)
        append(2, .ban, daysAgo: 1400, subject: UUID16(high: 8, low: 8))
        append(3, .unban, daysAgo: 1300, subject: UUID16(high: 8, low: 8))
        append(4, .message, daysAgo: 500, text: "long ago")
        append(5, .message, daysAgo: 200, text: "its words go")
        append(6, .message, text: "today")
        let terms = try lab.postgres.query("select audit.retention_terms()::text").text(0, 0)
        append(7, .retain, detail: terms)
        ship()
        var steps = 0
        while case .dropped = try Retention.pruneNext(lab.hub) { steps += 1 }
        #expect(steps == 3)
        #expect(try numbers("select seq from audit.event order by seq") == [1, 5, 6, 7])
        #expect(
            try numbers("select generate_series(first_seq, last_seq) from audit.pruned order by 1")
                == [2, 3, 4]
        )
        #expect(try numbers(contents) == [6])
        let state = try StartState.load(lab.hub, log: 1, now: now, strikesFrom: 0, keyedMax: 10)
        #expect(state.sanctions.map(\.subject) == [subject])
        #expect(state.lastSeq == 7)
        let wrong = try numbers(
            """
            select e.seq from audit.event e join audit.tile t on t.log = e.log
            where audit.leaf(e) <> substr(t.hashes, (e.seq::int - 1) * 32 + 1, 32)
            """
        )
        #expect(wrong.isEmpty)
    }

    @Test("after retention what holds in channels is found at the start, and what ended is gone")
    func retentionOfChannels() throws {
        let other = UUID16(high: 8, low: 8)
        append(1, .ban, daysAgo: 1500, subject: subject, channel: "club:a")
        append(2, .unban, daysAgo: 1490, subject: subject)
        append(3, .freeze, daysAgo: 1480, channel: "club:a")
        append(4, .slow, daysAgo: 1480, channel: "club:a", detail: #"{"seconds":10}"#)
        append(5, .enrol, daysAgo: 1470, subject: subject, channel: "club:a")
        append(6, .enrol, daysAgo: 1460, subject: other, channel: "club:a")
        append(7, .withdraw, daysAgo: 1450, subject: other, channel: "club:a")
        append(8, .freeze, daysAgo: 1440, channel: "club:b")
        append(9, .unfreeze, daysAgo: 1430, channel: "club:b")
        let terms = try lab.postgres.query("select audit.retention_terms()::text").text(0, 0)
        append(10, .retain, detail: terms)
        ship()
        while case .dropped = try Retention.pruneNext(lab.hub) {}
        #expect(try numbers("select seq from audit.event order by seq") == [1, 3, 4, 5, 10])
        let isInForce = try lab.postgres.query("select audit.in_force_condition()").text(0, 0)
        #expect(
            try numbers("select seq from audit.event e where \(isInForce) order by seq")
                == [1, 3, 4, 5]
        )
        let state = try StartState.load(lab.hub, log: 1, now: now, strikesFrom: 0, keyedMax: 10)
        #expect(state.sanctions.map(\.channel) == ["club:a"] && state.enrolments.count == 1)
        #expect(state.settings.map(\.kind) == [.freeze, .slow])
    }

    @Test("what has ended never revives while retention goes from partition to partition")
    func retentionRevivesNothing() throws {
        // Days that have partitions of their own; what came on other days is in the default ones.
        for daysAgo in [Int64(1400), 1300] {
            let day = (now - 1_000_000) / 86_400_000_000 - daysAgo
            _ = try lab.postgres.query(
                "select audit.ensure_partitions(d, d) from (select date '2000-01-01' + \(day) d) x"
            )
        }
        let (other, third) = (UUID16(high: 8, low: 8), UUID16(high: 9, low: 9))
        append(1, .ban, daysAgo: 1500, subject: subject)
        append(2, .freeze, daysAgo: 1500, channel: "club:a")
        append(3, .enrol, daysAgo: 1500, subject: subject, channel: "club:a")
        append(4, .slow, daysAgo: 1500, channel: "club:a", detail: #"{"seconds":10}"#)
        append(5, .unban, daysAgo: 1400, subject: subject)
        append(6, .unfreeze, daysAgo: 1400, channel: "club:a")
        append(7, .withdraw, daysAgo: 1400, subject: subject, channel: "club:a")
        append(8, .slow, daysAgo: 1400, channel: "club:a")
        append(9, .ban, daysAgo: 1400, subject: other)
        append(10, .unban, daysAgo: 1350, subject: other)
        append(11, .mute, daysAgo: 1350, subject: third)
        append(12, .mute, daysAgo: 1300, subject: third)
        append(13, .mute, daysAgo: 1250, subject: third, detail: #"{"until":1}"#)
        let terms = try lab.postgres.query("select audit.retention_terms()::text").text(0, 0)
        append(14, .retain, detail: terms)
        ship()
        #expect(try lab.count("audit.event_sanctions_default") == 7)
        repeat {
            #expect(try numbers("select seq from audit.in_force") == [])
        } while try Retention.pruneNext(lab.hub) != .nothingLeft
        #expect(try numbers("select seq from audit.event order by seq") == [14])
    }

    @Test("after retention the newest policies and the strikes that count are found at the start")
    func retentionOfPoliciesAndStrikes() throws {
        for (seq, daysAgo) in [(Int64(1), Int64(91)), (2, 89)] {
            append(seq, .strike, daysAgo: daysAgo, subject: subject, detail: #"{"count":1}"#) {
                $0.rules = ["swearing"]
            }
        }
        for (seq, daysAgo) in [(Int64(3), Int64(70)), (4, 60), (5, 50)] {
            append(seq, .policyActivated, daysAgo: daysAgo) {
                $0.policy = [UInt8](repeating: UInt8(seq), count: 32)
                if seq == 5 { $0.disposition = .block }
            }
        }
        try lab.postgres.run("update audit.retention set days = 30")
        let terms = try lab.postgres.query("select audit.retention_terms()::text").text(0, 0)
        append(6, .retain, detail: terms)
        ship()
        while case .dropped = try Retention.pruneNext(lab.hub) {}
        #expect(try numbers("select seq from audit.event order by seq") == [2, 4, 6])
        let state = try StartState.load(
            lab.hub,
            log: 1,
            now: now,
            strikesFrom: now - Standing.strikeLifetime,
            keyedMax: 10
        )
        #expect(state.policy?.seq == 4 && state.policy?.digest == [UInt8](repeating: 4, count: 32))
        #expect(state.strikes.map(\.rule) == ["swearing"])
    }

    @Test("a reader of a partition puts retention off, and loses nothing")
    func retentionWaitsForReaders() throws {
        append(1, .message, daysAgo: 500, text: "long ago")
        let terms = try lab.postgres.query("select audit.retention_terms()::text").text(0, 0)
        append(2, .retain, detail: terms)
        ship()
        try lab.postgres.run("begin; select count(*) from audit.event, audit.content")
        #expect(try Retention.pruneNext(lab.hub) == .isInTheWay)
        try lab.postgres.run("commit")
        #expect(try numbers("select seq from audit.event order by seq") == [1, 2])
        while case .dropped = try Retention.pruneNext(lab.hub) {}
        #expect(try numbers("select seq from audit.event order by seq") == [2])
    }
}
