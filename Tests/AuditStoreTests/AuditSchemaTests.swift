import AuditLog
import AuditStore
import Outcomes
import Testing

@Suite("Schema audit")
struct AuditSchemaTests {
    private let lab: Laboratory

    init() throws {
        lab = try Laboratory()
    }

    @Test("the leaf in SQL equals the leaf of the shipped tuple, and content its commitment")
    func leavesAgree() throws {
        var random = RandomEvents(seed: 11, start: Laboratory.now() - 600_000_000)
        var leaves: [[UInt8]] = []
        for _ in 0..<300 {
            let (event, contents) = random.next()
            lab.records.append(event, contents)
            var tuple: [UInt8] = []
            event.encode(into: &tuple)
            leaves.append(tuple.withUnsafeBytes { TreeHash(leafOf: $0).bytes })
        }
        let shipper = lab.shipper()
        #expect(shipper.stop(drain: .seconds(20)))
        #expect(shipper.status.quarantined == 0)
        // Another client encoding must not change it.
        try lab.postgres.run("set client_encoding = 'LATIN1'")
        let rows = try lab.postgres.query(
            "select audit.leaf(e), audit.content_holds(e), content_hash is null from audit.event e order by seq"
        )
        #expect(rows.rowCount == leaves.count)
        for row in 0..<rows.rowCount {
            #expect(rows.bytes(row, 0) == leaves[row], "seq \(row + 1)")
            #expect(rows.bool(row, 2) ? rows.isNull(row, 1) : rows.bool(row, 1))
        }
    }

    @Test("numbers have the names of the row format's codes")
    func kindsAreNamed() throws {
        func snake(_ name: String) -> String {
            name.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }.joined()
        }
        let families: [(String, [Int16: String])] = [
            (
                "kind",
                .init(
                    uniqueKeysWithValues: EventKind.allCases.map { ($0.rawValue, snake("\($0)")) }
                )
            ),
            (
                "stage",
                .init(uniqueKeysWithValues: Stage.allCases.map { ($0.rawValue, snake("\($0)")) })
            ),
            (
                "disposition",
                .init(uniqueKeysWithValues: Disposition.allCases.map { ($0.rawValue, "\($0)") })
            ),
            (
                "retention",
                .init(uniqueKeysWithValues: RetentionClass.allCases.map { ($0.rawValue, "\($0)") })
            ),
            ("part", .init(uniqueKeysWithValues: Part.allCases.map { ($0.rawValue, "\($0)") })),
        ]
        for (family, names) in families {
            let rows = try lab.postgres.query(
                "select number, name from audit.kind where family = $1",
                [.text(family)]
            )
            var found: [Int16: String] = [:]
            for row in 0..<rows.rowCount { found[rows.int2(row, 0)] = rows.text(row, 1) }
            #expect(found == names)
        }
    }

    @Test("partitions are made once, bounded, and not for days that the default already holds")
    func partitionsAreMade() throws {
        func make(_ from: String, _ to: String) throws -> Int32 {
            try lab.postgres.query("select audit.ensure_partitions('\(from)', '\(to)')").int4(0, 0)
        }
        #expect(try make("2031-01-01", "2031-01-02") == 10)
        #expect(try make("2031-01-01", "2031-01-03") == 5)
        let error = #expect(throws: PostgresError.self) { try make("2031-01-01", "2041-01-01") }
        #expect(error?.sqlState == "22023")
        try lab.postgres.run(
            """
            insert into audit.event values (1, 1, '2032-05-05 12:00Z', 1, 1, 30, 20, 0, null, null,
                null, null, null, null, null, null, '{}', '{}', 0, null, 0, 0, null, '{}')
            """
        )
        #expect(try make("2032-05-05", "2032-05-05") == 4)
    }

    @Test("a decision is found by its public id, and what isn't there is said")
    func decisionsAreFound() throws {
        lab.records.append(
            Event(
                log: 1,
                seq: 1,
                at: Laboratory.now(),
                kind: .message,
                stage: .rules,
                disposition: .block,
                channel: "club:demo:u14",
                rules: ["swearing"]
            )
        )
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let found = try lab.postgres.query(
            """
            select d ->> 'status', d ->> 'kind', d ->> 'disposition', d -> 'rules' ->> 0,
                length(d ->> 'leaf')::text from audit.decision('1-1') d
            """
        )
        #expect(
            (0..<5).map { found.text(0, $0) } == ["recorded", "message", "block", "swearing", "64"]
        )
        for (id, status) in [
            ("1-2", "not shipped yet"), ("7-1", "unknown log"), ("1-0", "not found"),
        ] {
            let answer = try lab.postgres.query(
                "select audit.decision($1) ->> 'status'",
                [.text(id)]
            )
            #expect(answer.text(0, 0) == status)
        }
        let error = #expect(throws: PostgresError.self) {
            try lab.postgres.query("select audit.decision('1;drop')")
        }
        #expect(error?.sqlState == "22023")
        #expect(try lab.count("audit.blocked where 'swearing' = any(rules)") == 1)
    }

    @Test("a story is the same whichever of its decisions is quoted, over days and logs")
    func stories() throws {
        let day: Int64 = 86_400_000_000
        // The kinds of a log's events, how many days ago they were, and what they refer to.
        let events: [(EventKind, Int64, Int64?)] = [
            (.message, 9, nil), (.strike, 9, 1), (.message, 9, nil), (.mute, 9, 1),
            (.unmute, 3, 4), (.delete, 2, 3), (.ban, 0, 5),
        ]
        for (index, (kind, days, refers)) in events.enumerated() {
            var event = Event(
                log: 1,
                seq: Int64(index + 1),
                at: Laboratory.now() - days * day,
                kind: kind,
                stage: .done,
                disposition: .allow
            )
            event.refersLog = refers.map { _ in 1 }
            event.refersSeq = refers
            lab.records.append(event)
        }
        #expect(lab.shipper().stop(drain: .seconds(20)))
        // What another hub of the community decided about it.
        try lab.postgres.run(
            """
            insert into audit.event select 2, 1, at + interval '1 minute', schema, retention, kind, stage,
                disposition, session, subject, channel, channel_epoch, channel_seq, message, 1, 5,
                rules, shadow_rules, score, policy, bytes, judged_ns, content_hash, detail
            from audit.event where seq = 5;
            insert into audit.day select 2, day, 1, 1 from audit.day where first_seq <= 5 and last_seq >= 5
            """
        )
        func story(of decision: String) throws -> [String] {
            let found = try lab.postgres.query(
                "select decision from audit.story($1)",
                [.text(decision)]
            )
            return (0..<found.rowCount).map { found.text($0, 0) }
        }
        let whole = ["1-1", "1-2", "1-4", "1-5", "2-1", "1-7"]
        for decision in whole {
            #expect(try story(of: decision) == whole, "asked with \(decision)")
        }
        #expect(try story(of: "1-6") == ["1-3", "1-6"])
        #expect(try story(of: "1-8") == [])
    }
}
