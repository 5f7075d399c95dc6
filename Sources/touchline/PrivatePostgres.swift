import Foundation
import Logging

/// A PostgreSQL cluster of our own: made in a folder, reached by one Unix socket, stopped with us.
///
/// Whoever can open the socket's folder (mode 0700) is trusted: that is its owner and root.
struct PrivatePostgres: Sendable {
    /// The folder with `data` and `postgres.log`.
    let folder: String
    private let programs: PostgresPrograms
    private let sockets: String
    private let logger: Logger

    /// The database that is made, and the superuser who owns it.
    static let name = "touchline"

    /// libpq's connection string.
    var connection: String {
        "host=\(sockets) port=5432 dbname=\(Self.name) user=\(Self.name)"
    }

    var log: String { folder + "/postgres.log" }
    private var data: String { folder + "/data" }

    /// Starts the cluster that belongs to a folder, after making it when there is none. One that
    /// still runs, because the last hub crashed, is used as it is.
    static func start(for home: String, logger: Logger) async throws(CommandFault) -> Self {
        let place = home + "/postgres-folder"
        var known: String?
        if let bytes = FileManager.default.contents(atPath: place) {
            known = String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let version = known.flatMap {
            FileManager.default.contents(atPath: $0 + "/data/PG_VERSION")
        }
        let programs = try await PostgresPrograms.find(
            major: version.map {
                String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            }
        )
        let usable = known.map { access($0, F_OK) == 0 } ?? false
        let chosen = try await usable ? known ?? "" : chooseFolder(for: home, programs)
        let sockets = "/tmp/touchline-\(programs.user?.id ?? geteuid())-\(shortHash(chosen))"
        let postgres = PrivatePostgres(
            folder: chosen,
            programs: programs,
            sockets: sockets,
            logger: logger
        )
        if !usable {
            try await Self.removeForgotten(programs, logger)
            try await postgres.removeOrphan()
            try postgres.makeOwned(chosen)
            try PrivateFile.write(Array(home.utf8), to: chosen + "/home")
            try PrivateFile.write(Array((chosen + "\n").utf8), to: place)
        }
        try await postgres.start()
        return postgres
    }

    /// Stops the server: open transactions are rolled back, everything committed is safe.
    func stop() async throws(CommandFault) {
        try await programs.program("pg_ctl").check(
            ["stop", "-D", data, "-m", "fast", "-w", "-t", "60", "-s"],
            "Stopping PostgreSQL"
        )
        rmdir(sockets)
    }

    // Its folder.

    /// Below the home when the database's user can get there, else where it can.
    private static func chooseFolder(
        for home: String,
        _ programs: PostgresPrograms
    ) async throws(CommandFault) -> String {
        if programs.user != nil {
            let probe = Program.find("test")?.path ?? "/usr/bin/test"
            let outcome = try await programs.asOwner(probe).run(["-x", home])
            guard outcome.code == 0 else { return "\(distantFolder)/\(shortHash(home))" }
        }
        return home + "/postgres"
    }

    /// Takes away the cluster of an earlier home at the same place, which its owner has deleted:
    /// without its journal it is the record of another hub.
    private func removeOrphan() async throws(CommandFault) {
        guard access(folder, F_OK) == 0 else { return }
        if serverPid() != nil {
            _ = try await programs.program("pg_ctl").run(["stop", "-D", data, "-m", "immediate"])
        }
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            throw CommandFault(
                "the old database in \(folder) cannot be removed: remove it by hand."
            )
        }
    }

    /// Takes away distant clusters whose home was in a folder for temporary files and is gone, as
    /// tests leave them. Any other home may only be away, such as on another disk.
    private static func removeForgotten(
        _ programs: PostgresPrograms,
        _ logger: Logger
    ) async throws(CommandFault) {
        guard programs.user != nil else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: distantFolder)) ?? []
        for name in names {
            let folder = "\(distantFolder)/\(name)"
            guard let bytes = FileManager.default.contents(atPath: folder + "/home") else {
                continue
            }
            let home = String(decoding: bytes, as: UTF8.self)
            let isTemporary = ["/tmp/", "/var/tmp/"].contains { home.hasPrefix($0) }
            guard isTemporary, access(home, F_OK) != 0 else { continue }
            let forgotten = PrivatePostgres(
                folder: folder,
                programs: programs,
                sockets: "",
                logger: logger
            )
            do {
                try await forgotten.removeOrphan()
            } catch {
                // Another start may be taking it away right now; what is left the next one finds.
                logger.info("\(error)")
            }
        }
    }

    private func makeOwned(_ path: String) throws(CommandFault) {
        try PrivateFile.makeFolder(path, mode: 0o700)
        let owner = programs.user?.id ?? geteuid()
        let group = programs.user?.group ?? getegid()
        if programs.user != nil { chown(path, owner, group) }
        chmod(path, 0o700)
        // The name can be guessed: it must be our folder, not another's or a link.
        let found = try? FileManager.default.attributesOfItem(atPath: path)
        guard found?[.type] as? FileAttributeType == .typeDirectory,
            (found?[.ownerAccountID] as? NSNumber)?.uint32Value == owner
        else { throw CommandFault("\(path) belongs to somebody else: move it away.") }
    }

    // Its server.

    private func start() async throws(CommandFault) {
        try makeOwned(sockets)
        if serverPid() != nil {
            if try await answers() {
                logger.info("PostgreSQL still runs from the last start and is used again.")
                return try await createDatabase()
            }
            logger.warning("PostgreSQL runs but does not answer: it is started again.")
            _ = try await programs.program("pg_ctl").run(
                ["stop", "-D", data, "-m", "immediate", "-w", "-t", "30", "-s"]
            )
        }
        if access(data, F_OK) != 0 { try await initialize() }
        removeStaleFiles()
        try writeSettings()
        let outcome = try await programs.program("pg_ctl").run(
            ["start", "-D", data, "-l", log, "-w", "-t", "120", "-s"]
        )
        guard outcome.code == 0 else {
            let text = FileManager.default.contents(atPath: log) ?? Data()
            let tail = String(decoding: text, as: UTF8.self).split(separator: "\n").suffix(8)
            throw CommandFault(
                "PostgreSQL did not start. The end of \(log):\n"
                    + tail.joined(separator: "\n")
            )
        }
        try await createDatabase()
    }

    private func initialize() async throws(CommandFault) {
        logger.info("Making a PostgreSQL cluster", metadata: ["folder": "\(folder)"])
        // Made beside its place and then renamed: a crash in between leaves no half a cluster.
        let fresh = folder + "/data.new"
        try? FileManager.default.removeItem(atPath: fresh)
        try await programs.program("initdb").check(
            [
                "-D", fresh, "-E", "UTF8", "--no-locale", "-A", "trust", "-U", Self.name,
                "--no-instructions",
            ],
            "Making a PostgreSQL cluster"
        )
        guard let main = FileHandle(forWritingAtPath: fresh + "/postgresql.conf"),
            (try? main.seekToEnd()) != nil,
            (try? main.write(contentsOf: Data("\ninclude '\(Self.settingsName)'\n".utf8))) != nil
        else { throw CommandFault("\(fresh)/postgresql.conf cannot be written.") }
        guard rename(fresh, data) == 0 else {
            throw CommandFault("\(fresh) cannot be renamed: \(String(cString: strerror(errno))).")
        }
    }

    /// Settings of their own file, written at each start: the socket's folder may have changed.
    private func writeSettings() throws(CommandFault) {
        let path = data + "/" + Self.settingsName
        let text = """
            # Written at each start of `touchline dev`.
            listen_addresses = ''
            unix_socket_directories = '\(sockets)'
            unix_socket_permissions = 0700
            port = 5432
            max_connections = 40
            timezone = 'UTC'
            log_timezone = 'UTC'

            """
        try PrivateFile.write(Array(text.utf8), to: path)
        if let user = programs.user { chown(path, user.id, user.group) }
    }

    private func answers() async throws(CommandFault) -> Bool {
        let words = ["-X", "-qAt", "-d", administration + " connect_timeout=5", "-c", "select 1"]
        return try await programs.program("psql").run(words).code == 0
    }

    private func createDatabase() async throws(CommandFault) {
        let psql = programs.program("psql")
        let common = ["-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", administration, "-c"]
        let purpose = "Making the database '\(Self.name)'"
        let query = "select 1 from pg_database where datname = '\(Self.name)'"
        let found = try await psql.check(common + [query], purpose)
        guard !found.hasPrefix("1") else { return }
        try await psql.check(common + ["create database \(Self.name)"], purpose)
    }

    private var administration: String {
        "host=\(sockets) port=5432 dbname=postgres user=\(Self.name)"
    }

    /// The server's pid, when `postmaster.pid` names one that really serves this cluster. After a
    /// restart of the machine or container the number often belongs to another process.
    private func serverPid() -> pid_t? {
        guard let bytes = FileManager.default.contents(atPath: data + "/postmaster.pid"),
            let first = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first,
            let pid = pid_t(first), pid > 0
        else { return nil }
        let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
        return folder == Self.resolved(data) ? pid : nil
    }

    /// PostgreSQL would take a number that another process has by now for a running server.
    private func removeStaleFiles() {
        guard serverPid() == nil else { return }
        unlink(data + "/postmaster.pid")
        unlink(sockets + "/.s.PGSQL.5432")
        unlink(sockets + "/.s.PGSQL.5432.lock")
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// 8 hexadecimal digits of FNV-1a: a name that is short, because a socket's path has 107 bytes
    /// at most, and stays the same.
    private static func shortHash(_ text: String) -> String {
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let hex = String(UInt32(truncatingIfNeeded: hash ^ (hash >> 32)), radix: 16)
        return String(repeating: "0", count: 8 - hex.count) + hex
    }

    private static let settingsName = "touchline.conf"
    private static let distantFolder = "/var/lib/touchline-dev"
}
