import Crypto

/// Brings a database's `audit` schema to the state that this program knows.
///
/// Files are named `<4 digits>-<topic>.sql`, numbered from 1 without a gap, and never change once
/// released: `audit.migration` remembers the digest of each.
package enum Migrations {
    /// A numbered file.
    package typealias File = (name: String, text: String)

    /// Applies what is missing, each file in a transaction of its own, under a lock that makes a
    /// second caller wait.
    ///
    /// - Returns: the names of the files applied now; empty when the database was up to date.
    package static func apply(
        _ connection: Postgres,
        files: [File]
    ) throws(MigrationError) -> [String] {
        let files = try ordered(files)
        do {
            try connection.run("select pg_advisory_lock(\(lockKey))")
        } catch {
            throw .database(error)
        }
        defer { try? connection.run("select pg_advisory_unlock(\(lockKey))") }
        try prepare(connection)
        let applied = try appliedCount(connection, files: files)
        for (index, file) in files.enumerated().dropFirst(applied) {
            try apply(file, version: index + 1, to: connection)
        }
        return files.dropFirst(applied).map(\.name)
    }

    /// Changes nothing: fails unless the database is exactly what these files make.
    package static func check(_ connection: Postgres, files: [File]) throws(MigrationError) {
        let files = try ordered(files)
        let applied = try appliedCount(connection, files: files)
        guard applied == files.count else {
            throw .pending(files.dropFirst(applied).map(\.name))
        }
    }

    private static func ordered(_ files: [File]) throws(MigrationError) -> [File] {
        let sorted = files.sorted { $0.name < $1.name }
        for (index, file) in sorted.enumerated() {
            let number = file.name.prefix(4)
            guard file.name.hasSuffix(".sql"), number.count == 4, Int(number) == index + 1,
                file.name.dropFirst(4).first == "-"
            else { throw .badName(file.name, expectedNumber: index + 1) }
        }
        return sorted
    }

    private static func prepare(_ connection: Postgres) throws(MigrationError) {
        do {
            let found = try connection.query(
                "select to_regnamespace('audit') is not null, to_regclass('audit.migration') is not null"
            )
            if !found.bool(0, 0) { try connection.run("create schema audit") }
            if !found.bool(0, 1) { try connection.run(tableStatement) }
        } catch {
            throw .database(error)
        }
    }

    /// How many of the files the database has, after comparing them.
    private static func appliedCount(
        _ connection: Postgres,
        files: [File]
    ) throws(MigrationError) -> Int {
        do {
            let found = try connection.query("select to_regclass('audit.migration') is not null")
            guard found.bool(0, 0) else { return 0 }
            let rows = try connection.query(
                "select version, name, digest from audit.migration order by version"
            )
            for row in 0..<rows.rowCount {
                guard row < files.count else {
                    throw MigrationError.databaseIsNewer(
                        has: rows.text(rows.rowCount - 1, 1),
                        known: files.count
                    )
                }
                guard rows.int4(row, 0) == Int32(row + 1),
                    rows.bytes(row, 2) == digest(of: files[row])
                else {
                    throw MigrationError.edited(files[row].name, applied: rows.text(row, 1))
                }
            }
            return rows.rowCount
        } catch let error as MigrationError {
            throw error
        } catch let error as PostgresError {
            throw .database(error)
        } catch {
            preconditionFailure("only these two are thrown above")
        }
    }

    private static func apply(
        _ file: File,
        version: Int,
        to connection: Postgres
    ) throws(MigrationError) {
        do {
            // Building an index over a large table takes its time.
            try connection.run(
                "begin; set local statement_timeout = 0; set local lock_timeout = '60s'"
            )
            try connection.run(file.text)
            guard connection.isInTransaction else {
                throw PostgresError(
                    sqlState: "25000",
                    message: "the file ends its transaction itself"
                )
            }
            _ = try connection.query(
                "insert into audit.migration (version, name, digest) values ($1, $2, $3)",
                [.int4(Int32(version)), .text(file.name), .bytes(digest(of: file))]
            )
            try connection.run("commit")
        } catch let error as PostgresError {
            try? connection.run("rollback")
            throw .failed(file: file.name, place: place(of: error.position, in: file.text), error)
        } catch {
            preconditionFailure("only a PostgresError is thrown above")
        }
    }

    /// Line and column, from 1, of a character position that counts from 1.
    private static func place(of position: Int?, in text: String) -> (line: Int, column: Int)? {
        guard let position else { return nil }
        let before = text.unicodeScalars.prefix(position - 1)
        let line = before.count { $0 == "\n" } + 1
        let column = before.reversed().prefix { $0 != "\n" }.count + 1
        return (line, column)
    }

    private static func digest(of file: File) -> [UInt8] {
        Array(SHA256.hash(data: Array(file.text.utf8)))
    }

    private static let lockKey = "6074857, 0"
    private static let tableStatement = """
        create table audit.migration (
            version int4 primary key,
            name text not null,
            digest bytea not null check (octet_length(digest) = 32),
            applied_at timestamptz not null default now()
        )
        """
}

/// Why a database's schema can't be used.
package enum MigrationError: Error, CustomStringConvertible {
    /// A file's name doesn't begin with the number that is due.
    case badName(String, expectedNumber: Int)
    /// A later version of the program has migrated this database.
    case databaseIsNewer(has: String, known: Int)
    /// A file differs from what was applied under its number.
    case edited(String, applied: String)
    /// Files that are to be applied first.
    case pending([String])
    /// The file's SQL failed and was rolled back.
    case failed(file: String, place: (line: Int, column: Int)?, PostgresError)
    case database(PostgresError)

    package var description: String {
        switch self {
        case .badName(let name, let number):
            "sql/\(name): migrations are named <4 digits>-<topic>.sql without a gap; number "
                + "\(number) is due here"
        case .databaseIsNewer(let has, let known):
            "the database has migration \(has), this program knows only \(known): it was upgraded "
                + "by a later version, start that one"
        case .edited(let name, let applied):
            "sql/\(name): differs from \(applied) as it was applied to this database; a released "
                + "migration is never edited, add a new one"
        case .pending(let names):
            "the database lacks \(names.joined(separator: ", ")): migrate it first"
        case .failed(let file, let place, let error):
            if let place {
                "sql/\(file):\(place.line):\(place.column): \(error.message) (\(error.sqlState))"
            } else {
                "sql/\(file): \(error.message) (\(error.sqlState))"
            }
        case .database(let error): error.description
        }
    }
}
