import AuditLog
import AuditStore
import Foundation
import Logging

/// A migrated database with log 1 claimed, and what ships into it.
struct Laboratory {
    static let origin = UUID16(high: 0x1111_2222_3333_4444, low: 0x8555_6666_7777_8888)

    let cluster: PostgresCluster
    let database: String
    /// As a superuser.
    let postgres: Postgres
    /// As the hub.
    let hub: Postgres
    let records = ListedRecords()
    let claim: StartState.Claim

    init() throws {
        cluster = try PostgresCluster.shared.get()
        database = try cluster.makeDatabase()
        postgres = try Postgres(connecting: cluster.conninfo(database), application: "test")
        hub = try Postgres(
            connecting: cluster.conninfo(database, user: PostgresCluster.hubUser),
            application: "test"
        )
        claim = try StartState.claim(hub, log: 1, origin: Self.origin)
    }

    /// Microseconds since 2000-01-01 UTC.
    static func now() -> Int64 {
        Int64(Date().timeIntervalSinceReferenceDate * 1_000_000) + 366 * 86_400_000_000
    }

    /// Ships the listed records.
    func shipper(rows: Int = 20_000) -> Shipper {
        let records = records
        let shipper = makeShipper(rows: rows)
        shipper.start { records }
        return shipper
    }

    /// Ships a journal on disk.
    func shipper(rows: Int, of folder: String, durable: JournalDurable) -> Shipper {
        let shipper = makeShipper(rows: rows)
        shipper.start {
            JournalRecords(reader: try JournalReader(folder: folder, log: 1), durable: durable)
        }
        return shipper
    }

    private func makeShipper(rows: Int) -> Shipper {
        var settings = Shipper.Settings(
            conninfo: cluster.conninfo(database, user: PostgresCluster.hubUser),
            log: 1,
            fence: claim.fence,
            now: Self.now
        )
        settings.batchRowsMax = rows
        let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return Shipper(settings: settings, logger: silent)
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
