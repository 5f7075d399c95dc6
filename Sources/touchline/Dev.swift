import ArgumentParser
import Foundation
import Logging
import PolicyEngine

/// `touchline dev`: a hub to try, with everything it needs.
struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a hub to try, with a database, certificate, keys and tokens of its own.",
        discussion: """
            Everything lies in one folder, which the next start finds again; remove the folder to \
            begin anew. An edit of the policies takes effect at once. Ctrl-C stops all of it.

            Examples:
              touchline dev
              touchline dev --port 9000 --policies ~/club/Policies
              touchline dev --dir /tmp/try --port 0 --json    # one line of JSON, for scripts
            """
    )

    @Option(help: "The folder for keys, certificate, journal and database.")
    var dir = ".touchline"

    @Option(help: "The port of the WebSocket; 0 takes any free one.")
    var port: UInt16 = 8443

    @Option(help: "The port of health and metrics; 0 takes any free one, as does --port 0.")
    var consolePort: UInt16?

    @Option(help: "The folder with the policies.")
    var policies = "./Policies"

    @Option(
        help: "How much to log: \(Logger.Level.words.joined(separator: ", ")).",
        transform: Logger.Level.init(word:)
    )
    var log: Logger.Level = .info

    @Flag(help: "Print one line of JSON on standard output when the hub is ready.")
    var json = false

    func run() async throws {
        let logger = HubLog.make(level: log)
        let environment = DevEnvironment(directory: dir)
        let announcement = DevAnnouncement(environment: environment, policies: policiesFolder)
        guard access(policiesFolder + "/bundle.yaml", R_OK) == 0 else {
            throw CommandFault(
                "there is no \(policiesFolder)/bundle.yaml. Start in the folder that has Policies/,"
                    + " or name one with --policies."
            )
        }
        try environment.makeFolder()
        let lock = try FolderLock(folder: environment.folder)
        defer { withExtendedLifetime(lock) {} }
        do {
            try await run(environment, announcement, logger)
        } catch is CancellationError {
            // Stopped before there was a hub to stop.
        }
        Terminal.warn("Stopped.")
    }

    private func run(
        _ environment: DevEnvironment,
        _ announcement: DevAnnouncement,
        _ logger: Logger
    ) async throws {
        try await Interruption.cancelling {
            Terminal.warn("\nStopping: members are told, the record is completed …")
        } _: {
            try await environment.prepare()
            try Task.checkCancellation()
            let postgres = try await PrivatePostgres.start(for: environment.folder, logger: logger)
            let result = await Self.outcome {
                try Task.checkCancellation()
                do {
                    try await runHub(
                        configuration(environment, database: postgres.connection),
                        logger: logger
                    ) { addresses in
                        try announcement.publish(addresses, postgres, asJSON: json)
                    }
                } catch let errors as BundleErrors {
                    throw CommandFault("The policies cannot be used:\n\(errors)")
                }
            }
            unlink(environment.addresses)
            try await postgres.stop()
            try result.get()
        }
    }

    private var policiesFolder: String {
        URL(filePath: policies).standardizedFileURL.path(percentEncoded: false)
    }

    private func configuration(
        _ environment: DevEnvironment,
        database: String
    ) -> Configuration {
        // A hub on any port is one of several: its console must not want a certain one.
        let console = consolePort.map(Int.init) ?? (port == 0 ? 0 : Configuration.Console().port)
        var result = environment.configuration(
            port: Int(port),
            consolePort: console,
            policies: policiesFolder,
            database: database
        )
        result.log.level = log
        return result
    }

    /// How the body ended; being cancelled is how a hub is meant to end.
    private static func outcome(
        _ body: () async throws -> Void
    ) async -> Result<Void, any Error> {
        do {
            try await body()
            return .success(())
        } catch is CancellationError {
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}
