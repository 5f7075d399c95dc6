import AuditStore
import Foundation
import Synchronization

/// A private PostgreSQL cluster for the tests of one process, on a Unix socket only.
///
/// Root can't run PostgreSQL, so there the system's user `postgres` owns it. A watchdog stops it and
/// removes its folder when the process has gone, however it went.
final class PostgresCluster: Sendable {
    static let shared = Result { try PostgresCluster() }

    struct Failure: Error {
        var command: String
        var output: String
    }

    let folder: String
    private let bin: String
    private let databases = Atomic<Int>(0)

    init() throws {
        bin = try Self.binaries()
        folder = try Self.run("mktemp -d /tmp/tl-pg-XXXXXX")
        let asOwner = getuid() == 0 ? "runuser -u postgres -- " : ""
        if getuid() == 0 { try Self.run("chown postgres \(folder)") }
        let data = "\(folder)/data"
        try Self.run(
            "\(asOwner)\(bin)/initdb -D \(data) -U postgres -A trust -E UTF8 --locale=C -N"
        )
        try Self.run(
            """
            \(asOwner)\(bin)/pg_ctl -D \(data) -w -l \(folder)/log -o "-c listen_addresses='' \
            -c unix_socket_directories=\(folder) -c fsync=off -c max_connections=50" start
            """
        )
        try Self.run(
            """
            (while kill -0 \(getpid()); do sleep 1; done; \(asOwner)\(bin)/pg_ctl -D \(data) \
            -m immediate stop; rm -rf \(folder)) &
            """
        )
    }

    /// A login role with no more rights than a hub has; made with the first migrated database.
    static let hubUser = "hub"

    func conninfo(_ database: String, user: String = "postgres") -> String {
        "host=\(folder) dbname=\(database) user=\(user)"
    }

    /// A new database, empty or with the released migrations.
    func makeDatabase(migrated: Bool = true) throws -> String {
        let name = "t\(databases.add(1, ordering: .relaxed).newValue)"
        let admin = try Postgres(connecting: conninfo("postgres"), application: "test")
        try admin.run("create database \(name)")
        if migrated {
            let connection = try Postgres(connecting: conninfo(name), application: "test")
            _ = try Migrations.apply(connection, files: try Self.migrations())
            try connection.run(
                """
                do $$ begin
                    perform pg_advisory_xact_lock(1);
                    if not exists (select from pg_roles where rolname = '\(Self.hubUser)') then
                        create role \(Self.hubUser) login in role touchline_server;
                    end if;
                end $$
                """
            )
        }
        return name
    }

    /// The files of `sql/`.
    static func migrations() throws -> [Migrations.File] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "sql")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".sql") }.sorted()
            .map { ($0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8)) }
    }

    private static func binaries() throws -> String {
        try run(
            """
            for d in "$(pg_config --bindir 2>/dev/null)" $(ls -d /usr/lib/postgresql/*/bin | sort -rV); do
              if [ -x "$d/initdb" ]; then echo "$d"; exit 0; fi
            done; exit 1
            """
        )
    }

    /// Runs a shell command and waits for it, but not for what it leaves in the background (which
    /// Foundation's `Process` does).
    @discardableResult
    private static func run(_ command: String) throws -> String {
        let output = NSTemporaryDirectory() + "tl-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: output) }
        let script = "cd /; exec </dev/null >'\(output)' 2>/dev/null; \(command)"
        var arguments: [UnsafeMutablePointer<CChar>?] = ["bash", "-c", script].map {
            (text: String) in strdup(text)
        }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        var status: Int32 = -1
        if posix_spawn(&child, "/bin/bash", nil, nil, arguments, environ) == 0 {
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        guard status == 0 else { throw Failure(command: command, output: text) }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
