import AuditLog
import AuditStore
import Testing

@Suite("The tree in the database")
struct RecordedTreeTests {
    private let lab: Laboratory
    private let signer: NoteSigner

    init() throws {
        lab = try Laboratory()
        signer = try NoteSigner(name: "touchline/test", pem: NoteSigner.newKey())
    }

    /// Ships so many events of this seed in transactions of at most `rows`, with a checkpoint now and
    /// then; returns their tree.
    private func ship(_ count: Int, rows: Int) throws -> TreeFrontier {
        var random = RandomEvents(seed: 11, start: Laboratory.now() - 3_600_000_000)
        var notary = Notary(log: 1, signer: signer, frontier: TreeFrontier(), signedSize: 0)
        for index in 1...count {
            let (event, contents) = random.next()
            lab.records.append(event, contents)
            var tuple: [UInt8] = []
            event.encode(into: &tuple)
            tuple.withUnsafeBytes { notary.append($0) }
            if index % 97 == 0 {
                lab.records.append(try notary.sign(at: Laboratory.now(), nowNs: 0))
            }
        }
        let shipper = lab.shipper(rows: rows)
        #expect(shipper.waitUntilShipped(through: Int64(count), timeout: .seconds(60)))
        #expect(shipper.stop(drain: .seconds(30)))
        return notary.frontier
    }

    @Test("SQL finds the same leaves and the same roots, however they were shipped")
    func sqlAgrees() throws {
        let tree = try ship(600, rows: 45)
        let root = try lab.postgres.query(
            """
            select audit.root(array_agg(x.leaf order by t.tile, x.place))
            from audit.tile t, unnest(audit.leaves(t)) with ordinality as x (leaf, place)
            """
        )
        #expect(root.bytes(0, 0) == tree.root.bytes)
        let recomputed = try lab.postgres.query(
            "select audit.root(array_agg(audit.leaf(e) order by e.seq)) from audit.event e"
        )
        #expect(recomputed.bytes(0, 0) == tree.root.bytes)
        #expect(
            try lab.count(
                "audit.tile t where t.root is distinct from case when tile < 2 "
                    + "then audit.root(audit.leaves(t)) end"
            ) == 0
        )
        #expect(try lab.count("audit.checkpoint") == 6)
        #expect(
            try lab.count(
                """
                audit.checkpoint c where c.root <> (
                    select audit.root(array_agg(audit.leaf(e) order by e.seq))
                    from audit.event e where e.seq <= c.size)
                """
            ) == 0
        )
    }

    @Test("a start goes on with the tree where it stood")
    func resumes() throws {
        let tree = try ship(600, rows: 1000)
        let found = try RecordedTree.load(lab.hub, log: 1, lastSeq: 600)
        #expect(found.frontier == tree && found.signedSize == 582)
        try lab.postgres.run("delete from audit.checkpoint")
        let unsigned = try RecordedTree.load(lab.hub, log: 1, lastSeq: 600)
        #expect(unsigned.frontier == tree && unsigned.signedSize == 0)
    }

    @Test("a start refuses a truncated log, a changed checkpoint and missing leaves")
    func refuses() throws {
        _ = try ship(300, rows: 1000)
        #expect(throws: RecordedTree.Fault.truncated(signedSize: 291, lastSeq: 290)) {
            try RecordedTree.load(lab.hub, log: 1, lastSeq: 290)
        }
        #expect(throws: RecordedTree.Fault.tile(1)) {
            try RecordedTree.load(lab.hub, log: 1, lastSeq: 301)
        }
        try lab.postgres.run("update audit.checkpoint set root = sha256(root) where size = 291")
        #expect(throws: RecordedTree.Fault.checkpoint(size: 291)) {
            try RecordedTree.load(lab.hub, log: 1, lastSeq: 300)
        }
    }
}
