import AuditLog

/// What accounts for events that have no row: quarantine and retention.
struct AbsentEvents {
    enum Account {
        /// PostgreSQL refused it; the tuple as the journal has it, nil when this role may not read it,
        /// and its leaf.
        case quarantined([UInt8]?, leaf: TreeHash)
        /// Retention dropped it, as `audit.pruned` says; no event of its range was newer.
        case pruned(lastAt: Int64)
    }

    private let postgres: Postgres
    private let log: Int32
    private let readsQuarantine: Bool
    private var block: Int64 = -1
    private var accounts: [Int64: Account] = [:]

    /// Rows that are asked about at once.
    private static let blockSize: Int64 = 4096

    init(_ postgres: Postgres, log: Int32) throws {
        self.postgres = postgres
        self.log = log
        let known = try postgres.query(
            "select has_column_privilege('audit.quarantine', 'tuple', 'select')"
        )
        readsQuarantine = known.bool(0, 0)
    }

    /// Why an event has no row; nil when nothing says why.
    mutating func account(for seq: Int64) throws -> Account? {
        if seq / Self.blockSize != block { try load(block: seq / Self.blockSize) }
        return accounts[seq]
    }

    private mutating func load(block wanted: Int64) throws {
        block = wanted
        accounts = [:]
        let bounds: [PostgresValue] = [
            .int4(log), .int8(block * Self.blockSize), .int8((block + 1) * Self.blockSize - 1),
        ]
        let pruned = try postgres.query(
            """
            select greatest(first_seq, $2), least(last_seq, $3), last_at from audit.pruned
            where log = $1 and first_seq <= $3 and last_seq >= $2
            """,
            bounds
        )
        for row in 0..<pruned.rowCount {
            let range = pruned.int8(row, 0)...max(pruned.int8(row, 0), pruned.int8(row, 1))
            for seq in range { accounts[seq] = .pruned(lastAt: pruned.timestamp(row, 2)) }
        }
        let quarantined = try postgres.query(
            readsQuarantine
                ? """
                select seq, sha256('\\x00'::bytea || tuple), tuple from audit.quarantine
                where log = $1 and seq between $2 and $3 and record = 'event'
                """
                : """
                select seq, leaf, null::bytea from audit.quarantined
                where log = $1 and seq between $2 and $3 and record = 'event'
                """,
            bounds
        )
        for row in 0..<quarantined.rowCount {
            let leaf = quarantined.bytes(row, 1).withUnsafeBytes { TreeHash.array($0)?.first }
            guard let leaf else { continue }
            let tuple = quarantined.isNull(row, 2) ? nil : quarantined.bytes(row, 2)
            accounts[quarantined.int8(row, 0)] = .quarantined(tuple, leaf: leaf)
        }
    }

    /// The first `seq` and last `seq` of pruned ranges that no recorded run of retention explains.
    func unexplained() throws -> [ClosedRange<Int64>] {
        let found = try postgres.query(
            """
            select p.first_seq, greatest(p.first_seq, p.last_seq) from audit.pruned p
            where p.log = $1 and not exists (
                select from audit.event e
                join audit.kind k on k.family = 'retention' and k.number = p.retention
                where e.retention = 4 and e.kind = 63 and p.last_at <
                    (date '2000-01-01' + (e.detail ->> k.name)::int)::timestamp at time zone 'UTC')
            order by 1 limit 1000
            """,
            [.int4(log)]
        )
        return (0..<found.rowCount).map { found.int8($0, 0)...found.int8($0, 1) }
    }
}
