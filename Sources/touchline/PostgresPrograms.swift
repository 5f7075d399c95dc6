import Foundation

/// PostgreSQL's server programs of one version, and the user who runs them.
struct PostgresPrograms: Sendable {
    /// The folder with `initdb`, `pg_ctl`, `postgres` and `psql`.
    let folder: String
    /// The ordinary user to whom root hands over, because PostgreSQL refuses to run as root; nil
    /// when we are an ordinary user ourselves.
    let user: SystemUser?
    private let setpriv: Program?

    /// The newest programs of this machine, or those of one version.
    ///
    /// - Parameter major: the version that a cluster was made with, such as `15`; nil for any.
    static func find(major: String?) async throws(CommandFault) -> PostgresPrograms {
        var folders: [String] = []
        if let pgConfig = Program.find("pg_config"),
            let outcome = try? await pgConfig.run(["--bindir"]), outcome.code == 0
        {
            folders.append(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let debian = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        folders += versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(debian)/\($0)/bin" }
        folders += ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"]
        for folder in folders where names.allSatisfy({ access("\(folder)/\($0)", X_OK) == 0 }) {
            let version = try await Program(path: "\(folder)/postgres").check(
                ["--version"],
                "Asking PostgreSQL for its version"
            )
            guard let major else { return try PostgresPrograms(folder: folder) }
            let number = version.split(separator: " ").first { $0.first?.isNumber ?? false }
            if number?.split(separator: ".").first.map(String.init) == major {
                return try PostgresPrograms(folder: folder)
            }
        }
        guard let major else {
            throw CommandFault(
                "PostgreSQL's server programs were not found. Install them:"
                    + " sudo apt-get install postgresql"
            )
        }
        throw CommandFault(
            "The database here was made by PostgreSQL \(major), which is not installed any more."
                + " Install postgresql-\(major), or move the folder away to begin anew."
        )
    }

    private init(folder: String) throws(CommandFault) {
        self.folder = folder
        guard geteuid() == 0 else {
            (user, setpriv) = (nil, nil)
            return
        }
        guard let user = SystemUser(named: "postgres") ?? SystemUser(named: "nobody") else {
            throw CommandFault(
                "PostgreSQL does not run as root, and there is no user 'postgres' to run it as."
                    + " Make one: adduser --system --group postgres"
            )
        }
        guard let setpriv = Program.find("setpriv") else {
            throw CommandFault(
                "PostgreSQL does not run as root, and `setpriv` (package util-linux) is missing."
                    + " Install it, or start touchline as an ordinary user."
            )
        }
        (self.user, self.setpriv) = (user, setpriv)
    }

    /// One of the programs, run by the right user.
    func program(_ name: String) -> Program { asOwner("\(folder)/\(name)") }

    /// Any program, run by the user who owns the database.
    func asOwner(_ path: String) -> Program {
        guard let user, let setpriv else { return Program(path: path) }
        let words = ["--reuid=\(user.id)", "--regid=\(user.group)", "--init-groups", "--", path]
        return Program(path: setpriv.path, leading: words)
    }

    private static let names = ["initdb", "pg_ctl", "postgres", "psql"]
}

/// A user of this machine.
struct SystemUser: Hashable, Sendable {
    let name: String
    let id: uid_t
    let group: gid_t

    init?(named name: String) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            return nil
        }
        self.name = name
        id = entry.pw_uid
        group = entry.pw_gid
    }
}
