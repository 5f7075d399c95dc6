import AuditLog
import AuditStore
import Outcomes
import Testing

@Suite("Shipper")
struct ShipperTests {
    private let lab: Laboratory

    init() throws {
        lab = try Laboratory()
    }

    private func message(_ seq: Int64, at: Int64? = nil, channel: String? = nil) -> Event {
        Event(
            log: 1,
            seq: seq,
            at: at ?? Laboratory.now(),
            kind: .message,
            stage: .done,
            disposition: .allow,
            channel: channel
        )
    }

    @Test("every event arrives once though connections are killed in the middle")
    func shipsOnceThroughKills() throws {
        let total: Int64 = 6_000
        var random = RandomEvents(seed: 5, start: Laboratory.now() - 3_600_000_000)
        let shipper = lab.shipper(rows: 150)
        var kills: Int64 = 0
        for seq in 1...total {
            let (event, contents) = random.next()
            lab.records.append(event, contents)
            if seq % 1_000 == 0 {
                shipper.wake()
                _ = shipper.waitUntilShipped(through: seq - 800, timeout: .seconds(20))
                kills += try lab.postgres.query(
                    """
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where application_name = 'touchline shipper 1' and datname = $1
                    """,
                    [.text(lab.database)]
                ).int8(0, 0)
            }
        }
        #expect(shipper.waitUntilShipped(through: total, timeout: .seconds(30)))
        #expect(shipper.stop(drain: .seconds(30)))
        #expect(kills >= 3)
        let row = try lab.postgres.query(
            "select count(*), count(distinct seq), min(seq), max(seq) from audit.event"
        )
        #expect((0..<4).map { row.int8(0, $0) } == [total, total, 1, total])
        #expect(try lab.count("audit.event e where audit.content_holds(e) = false") == 0)
        #expect(
            try lab.count(
                "audit.event e where content_hash is not null and audit.content_holds(e) is null"
            ) == 0
        )
        #expect(try lab.count("audit.event_traffic_default") == 0)
        #expect(shipper.status.lag == 0)
    }

    @Test("a hub whose fence has moved ships nothing more and says so")
    func fenceStopsTheOlderHub() throws {
        lab.records.append(message(1))
        let shipper = lab.shipper()
        #expect(shipper.waitUntilShipped(through: 1, timeout: .seconds(20)))
        let second = try StartState.claim(lab.hub, log: 1, origin: Laboratory.origin)
        #expect(second == StartState.Claim(fence: lab.claim.fence + 1, watermark: 1, isNew: false))
        lab.records.append(message(2))
        shipper.wake()
        #expect(!shipper.waitUntilShipped(through: 2, timeout: .seconds(20)))
        #expect(shipper.status.halted?.contains("another hub has taken the log") == true)
        #expect(!shipper.stop(drain: .seconds(5)))
        #expect(try lab.count("audit.event") == 1)
    }

    @Test("rows that PostgreSQL refuses go to quarantine alone, the rest is shipped")
    func badRowsAreQuarantined() throws {
        for seq: Int64 in 1...500 {
            switch seq {
            case 76: lab.records.append(message(seq, at: .max))
            case 77: lab.records.append(message(seq, at: .max - 1))
            case 78: lab.records.append(message(seq, channel: "a\0b"))
            case 300:
                var event = message(seq)
                event.detail = "{"
                lab.records.append(event)
            case 400:
                var tuple: [UInt8] = []
                message(seq).encode(into: &tuple)
                lab.records.append(.event, tuple.dropLast(), seq: seq)
            case 401:
                var tuple: [UInt8] = []
                SubjectRow(
                    pseudonym: UUID16(high: 1, low: 2),
                    issuer: "i",
                    sub: "s",
                    name: nil,
                    claims: "{]",
                    firstSeen: 0
                ).encode(into: &tuple)
                lab.records.append(message(seq))
                lab.records.append(.subject, tuple, seq: seq)
            default: lab.records.append(message(seq))
            }
        }
        let shipper = lab.shipper()
        #expect(shipper.stop(drain: .seconds(30)))
        #expect(shipper.status.quarantined == 6)
        #expect(try lab.count("audit.event") == 495)
        let rows = try lab.postgres.query(
            "select seq, record, sqlstate, length(tuple) > 100 from audit.quarantine order by seq"
        )
        let found = (0..<rows.rowCount).map {
            "\(rows.int8($0, 0)) \(rows.text($0, 1)) \(rows.text($0, 2))"
        }
        #expect(
            found == [
                "76 event 23514", "77 event 22008", "78 event 22021", "300 event 22P02",
                "400 event 22P04",
                "401 subject 22P02",
            ]
        )
        let answer = try lab.postgres.query("select audit.decision('1-77') ->> 'status'")
        #expect(answer.text(0, 0) == "quarantined")
    }

    @Test("subjects and policies are upserted, contents stay with their event")
    func rowsFollowTheirEvent() throws {
        for (seq, name) in [(Int64(1), "Ann"), (2, "Anna")] {
            var tuple: [UInt8] = []
            SubjectRow(
                pseudonym: UUID16(high: 1, low: 2),
                issuer: "i",
                sub: "s",
                name: name,
                claims: "{}",
                firstSeen: seq
            ).encode(into: &tuple)
            lab.records.append(message(seq))
            lab.records.append(.subject, tuple, seq: seq)
            tuple = []
            PolicyRow(digest: [UInt8](repeating: 7, count: 32), files: "{}").encode(into: &tuple)
            lab.records.append(.policy, tuple, seq: seq)
        }
        // A bound of one row a transaction must not part an event from what follows it.
        let shipper = lab.shipper(rows: 1)
        #expect(shipper.stop(drain: .seconds(20)))
        #expect(shipper.status.transactions == 2)
        let rows = try lab.postgres.query("select name, first_seen from audit.subject")
        #expect(rows.rowCount == 1 && rows.text(0, 0) == "Anna" && rows.timestamp(0, 1) == 1)
        #expect(try lab.count("audit.policy") == 1)
    }

    @Test("a journal that lacks the next event halts the shipper instead of leaving a hole")
    func missingRecordsHalt() throws {
        lab.records.append(message(2))
        let shipper = lab.shipper()
        #expect(!shipper.waitUntilShipped(through: 2, timeout: .seconds(10)))
        #expect(
            shipper.status.halted == "the database needs seq 1 next, the journal continues with 2"
        )
        #expect(try lab.count("audit.event") == 0)
    }

    @Test("one shipment makes the partitions of today and of the two days to come, for each class")
    func partitionsAhead() throws {
        lab.records.append(message(1))
        #expect(lab.shipper().stop(drain: .seconds(20)))
        try lab.postgres.run("set timezone = 'UTC'")
        let rows = try lab.postgres.query(
            """
            select p.relname, min(starts::date - current_date), max(starts::date - current_date),
                count(*)
            from pg_inherits i
            join pg_class p on p.oid = i.inhparent
            join pg_class c on c.oid = i.inhrelid
            cross join lateral substring(pg_get_expr(c.relpartbound, c.oid)
                from $$FROM [(]'([^ ']+)$$) starts
            where p.relnamespace = 'audit'::regnamespace and c.relkind = 'r'
                and starts::date >= current_date
            group by p.relname order by p.relname
            """
        )
        let made = (0..<rows.rowCount).map {
            "\(rows.text($0, 0)) \(rows.int4($0, 1)) \(rows.int4($0, 2)) \(rows.int8($0, 3))"
        }
        let parents = ["content", "event_connections", "event_sanctions", "event_system"]
        #expect(made == (parents + ["event_traffic"]).map { "\($0) 0 2 3" })
    }

    @Test("days far from today go to the default partition")
    func wrongClockMakesNoTables() throws {
        lab.records.append(message(1, at: Laboratory.now() - 400 * 86_400_000_000))
        lab.records.append(message(2, at: Laboratory.now() + 400 * 86_400_000_000))
        #expect(lab.shipper().stop(drain: .seconds(20)))
        #expect(try lab.count("audit.event_traffic_default") == 2)
        #expect(try lab.count("audit.day") == 2)
    }

    @Test("a journal on disk is shipped from the watermark on, whole batches at a time")
    func shipsAJournal() throws {
        let sandbox = JournalSandbox(segmentBytes: 64 << 10)
        let writer = try JournalWriter(sandbox.configuration)
        for events in [3, 1, 40, 7] { try sandbox.commit(writer, events: events) }
        // As if the database had been restored to the middle of a batch.
        try lab.postgres.run(
            """
            update audit.log set watermark = 10;
            insert into audit.tile values (1, 0, decode(repeat('00', 320), 'hex'))
            """
        )
        let shipper = lab.shipper(rows: 1, of: sandbox.folder, durable: writer.durable)
        #expect(shipper.waitUntilShipped(through: 51, timeout: .seconds(20)))
        try sandbox.commit(writer, events: 500)
        shipper.wake()
        #expect(shipper.stop(drain: .seconds(20)))
        #expect(shipper.status.watermark == 551 && shipper.status.halted == nil)
        #expect(try lab.count("audit.event") == 541)
        #expect(try lab.count("audit.event e where audit.content_holds(e)") == 541)
        #expect(try lab.count("audit.content") == 541)
    }
}
