import AuditStore
import Testing

@Suite("Migrations")
struct MigrationsTests {
    private let connection: Postgres

    init() throws {
        let cluster = try PostgresCluster.shared.get()
        let database = try cluster.makeDatabase(migrated: false)
        connection = try Postgres(connecting: cluster.conninfo(database), application: "test")
    }

    @Test("the released files apply once, and a second run changes nothing")
    func releasedFilesApplyOnce() throws {
        let files = try PostgresCluster.migrations()
        #expect(throws: MigrationError.self) { try Migrations.check(connection, files: files) }
        #expect(try Migrations.apply(connection, files: files) == files.map(\.name))
        #expect(try Migrations.apply(connection, files: files) == [])
        try Migrations.check(connection, files: files)
        try connection.run("set role touchline_server")
        try Migrations.check(connection, files: files)
        let rows = try connection.query("select count(*) from audit.migration")
        #expect(rows.int8(0, 0) == Int64(files.count))
    }

    @Test("a member of touchline_migrate applies later files, and nobody with fewer rights")
    func laterFilesNeedNoSuperuser() throws {
        let files = try PostgresCluster.migrations()
        _ = try Migrations.apply(connection, files: [files[0]])
        try connection.run("set session authorization touchline_server")
        #expect(throws: MigrationError.self) { try Migrations.apply(connection, files: files) }
        try connection.run("reset session authorization")
        try connection.run("set session authorization touchline_migrate")
        let applied = try Migrations.apply(connection, files: files)
        #expect(applied == files.dropFirst().map(\.name))
    }

    @Test("an edited file is refused by name")
    func editedFileIsRefused() throws {
        var files: [Migrations.File] = [("0001-a.sql", "create table a()")]
        _ = try Migrations.apply(connection, files: files)
        files[0].text += " "
        let error = #expect(throws: MigrationError.self) {
            try Migrations.apply(connection, files: files)
        }
        #expect(error?.description.contains("sql/0001-a.sql: differs") == true)
    }

    @Test("a database from a later version is refused")
    func newerDatabaseIsRefused() throws {
        let files: [Migrations.File] = [("0001-a.sql", "select 1"), ("0002-b.sql", "select 1")]
        _ = try Migrations.apply(connection, files: files)
        let error = #expect(throws: MigrationError.self) {
            try Migrations.check(connection, files: [files[0]])
        }
        #expect(error?.description.contains("0002-b.sql, this program knows only 1") == true)
    }

    @Test("a failing file leaves nothing behind and says file, line and column")
    func failingFileIsRolledBack() throws {
        let error = #expect(throws: MigrationError.self) {
            try Migrations.apply(
                connection,
                files: [("0001-a.sql", "create table a();\n-- é\nselect nonsense();\n")]
            )
        }
        #expect(error?.description.hasPrefix("sql/0001-a.sql:3:8: ") == true)
        let found = try connection.query("select to_regclass('a') is null")
        #expect(found.bool(0, 0))
        #expect(throws: MigrationError.self) {
            try Migrations.apply(connection, files: [("0001-a.sql", "create table a(); commit")])
        }
    }

    @Test("a gap or another name is refused", arguments: ["0002-a.sql", "1-a.sql", "0001-a.txt"])
    func namesAreChecked(name: String) {
        #expect(throws: MigrationError.self) {
            try Migrations.apply(connection, files: [(name, "select 1")])
        }
    }
}
