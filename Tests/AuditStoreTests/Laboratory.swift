import AuditLog
import AuditStore
import Foundation
import Logging

/// A migrated database with log 1 claimed, and what ships into it.
struct Laboratory {
    static let origin = UUID16(high: 0x1111_2222_3333_4444, low: 0x8555_6666_7777_8888)

    let cluster: PostgresCluster
    let database: String
    let postgres: Postgres
    let records = ListedRecords()
    let claim: StartState.Claim

    init() throws {
        cluster = try PostgresCluster.shared.get()
        database = try cluster.makeDatabase()
        postgres = try Postgres(connecting: cluster.conninfo(database), application: "test")
        claim = try StartState.claim(postgres, log: 1, origin: Self.origin)
    }

    /// Microseconds since 2000-01-01 UTC.
    static func now() -> Int64 {
        Int64(Date().timeIntervalSinceReferenceDate * 1_000_000) + 366 * 86_400_000_000
    }

    func shipper(rows: Int = 20_000, bytes: Int = 8 << 20) -> Shipper {
        var settings = Shipper.Settings(
            conninfo: cluster.conninfo(database),
            log: 1,
            fence: claim.fence,
            now: Self.now
        )
        settings.batchRowsMax = rows
        settings.batchBytesMax = bytes
        let shipper = Shipper(
            settings: settings,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let records = records
        shipper.start { records }
        return shipper
    }

    func count(_ table: String) throws -> Int64 {
        try postgres.query("select count(*) from \(table)").int8(0, 0)
    }

    /// SQLSTATE of a statement that must fail; nil when it doesn't.
    func refusal(_ statement: String, as role: String) throws -> String? {
        try postgres.run("set role \(role)")
        defer { try? postgres.run("reset role") }
        do {
            try postgres.run(statement)
            return nil
        } catch {
            return error.sqlState
        }
    }
}
