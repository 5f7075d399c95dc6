import ArgumentParser
import AuditLog
import AuditStore
import Foundation

/// Where a record is, for commands that read it.
struct PlaceOptions: ParsableArguments {
    @Option(help: "libpq's connection string or URI of the record's database.")
    var database: String?

    @Option(name: [.customLong("config"), .customShort("c")], help: "Or a hub's configuration.")
    var config: String?

    @Option(help: "Or the folder of `touchline dev`, whose hub runs.")
    var dir: String?

    func validate() throws {
        guard [database, config, dir].compactMap(\.self).count <= 1 else {
            throw ValidationError("Give one of --database, --config and --dir.")
        }
    }

    /// What was found out about the record's place.
    struct Place {
        var database: String?
        /// The file of the signing key, and the folder of the journal that it signs for.
        var key: String?
        var journal: String?
    }

    /// Reads the configuration that was named; without one, `touchline.yaml`, then `.touchline`.
    func place() throws -> Place {
        if let database { return Place(database: database) }
        if let config { return try configured(config) }
        if dir == nil, access("touchline.yaml", F_OK) == 0 {
            return try configured("touchline.yaml")
        }
        let environment = DevEnvironment(directory: dir ?? ".touchline")
        guard dir != nil || access(environment.folder, F_OK) == 0 else {
            throw CommandFault("Which record? Give --database, --config or --dir.")
        }
        return Place(
            database: try? environment.running().database,
            key: environment.checkpointKey,
            journal: environment.journal
        )
    }

    private func configured(_ path: String) throws -> Place {
        do {
            let configuration = try ConfigurationFile.read(path: path).configuration
            return Place(
                database: configuration.database.connection,
                key: configuration.keys.checkpoint,
                journal: configuration.journal.folder
            )
        } catch let faults as SettingFaults {
            throw CommandFault(faults.description)
        }
    }
}

extension PlaceOptions.Place {
    /// The database's connection string.
    func connection() throws(CommandFault) -> String {
        if let database { return database }
        throw CommandFault(
            "no hub runs in this folder, and its database ends with it. Start `touchline dev`, or"
                + " give --database."
        )
    }

    /// The public half of the hub's key, under the name of its log.
    func verifier(of origin: UUID16) throws(CommandFault) -> NoteVerifier? {
        guard let key else { return nil }
        guard let data = FileManager.default.contents(atPath: key) else {
            throw CommandFault("\(key) cannot be read; give the public key with --key.")
        }
        do {
            let pem = String(decoding: data, as: UTF8.self)
            return try NoteSigner(name: Checkpoint.origin(of: origin), pem: pem).verifier
        } catch {
            throw CommandFault("\(key): \(error).")
        }
    }

    /// The origin that the journal's folder names; nil when it names none.
    func journalOrigin() throws -> UUID16? {
        guard let journal, access(journal + "/identity.json", F_OK) == 0 else { return nil }
        return UUID16(parsing: try LogIdentity.read(folder: journal).origin)
    }
}

/// How commands that check something end.
enum CheckExit {
    /// What was checked is not what was recorded.
    static let tampered = ExitCode(1)
    /// It could not be checked.
    static let unchecked = ExitCode(2)

    /// Ends with the worst of what was found; returns when all of it is whole.
    static func end(with verdicts: [VerifyReport.Verdict]) throws {
        if verdicts.contains(.tampered) { throw tampered }
        if verdicts.contains(.unsigned) { throw unchecked }
    }

    /// Runs a check; what keeps it from being made is said, and ends with 2.
    static func run(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let fault as CommandFault {
            Terminal.warn("Error: \(fault)")
            throw unchecked
        } catch let fault as CheckpointFault {
            Terminal.warn("Error: \(fault)")
            throw unchecked
        } catch let fault as PostgresError {
            let hint =
                fault.sqlState == "42501"
                ? " Ask as a role with touchline_auditor; content needs touchline_reviewer." : ""
            Terminal.warn("Error: PostgreSQL refuses: \(fault).\(hint)")
            throw unchecked
        }
    }
}
