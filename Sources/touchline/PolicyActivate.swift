import ArgumentParser
import Foundation
import PolicyEngine
import PolicyFiles

/// `touchline policy activate`: puts policies in force.
struct PolicyActivate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Put a folder of policies in force, in the hub that runs on a database.",
        discussion: """
            The folder is checked here first, then sent to the running hub through the database; the \
            hub checks it again, records who puts it in force and why, and judges by it from that \
            decision on. It stays in force over restarts, whatever the hub's own folder holds.

            Exit codes: 0 in force, 1 refused, with the faults; 64 wrong words; 75 no hub took it yet.

            Examples:
              touchline policy activate Policies --reason "links of the new sponsor" \\
                --database "host=db.internal dbname=touchline user=mary"
            """
    )

    @OptionGroup var activation: ActivationOptions

    @Argument(help: "The folder with bundle.yaml.")
    var folder = "Policies"

    func run() async throws {
        let bundle: PolicyEngine.Bundle
        switch PolicyFolder(path: folder).load() {
        case .success(let loaded): bundle = loaded
        case .failure(let errors):
            // Without the prefix "Error:", which would shift the caret's line.
            Terminal.warn("\(errors)")
            Terminal.warn("Nothing was changed: \(folder) has \(errors.faults).")
            throw ExitCode.failure
        }
        let texts = Dictionary(
            bundle.source.files.map { ($0.path, $0.text) },
            uniquingKeysWith: { first, _ in first }
        )
        let files = String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
        try await activation.operation.run { database in
            let decision = try await activation.activate(database, files: files)
            Terminal.say(
                "\(folder) (digest \(Digest(bundle.digest).short)) is in force by decision \(decision)."
            )
        }
    }
}

/// `touchline policy rollback`: puts policies in force again.
struct PolicyRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Put policies in force again that were in force before.",
        discussion: """
            Without --to, those that were in force before the present ones. The hub takes them from \
            the record (audit.policy), so no folder is needed; the hub's own folder stays as it is.

            Exit codes: 0 in force, 1 refused, with the faults; 64 wrong words; 75 no hub took it yet.

            Examples:
              touchline policy rollback --reason "too many hits" --database "dbname=touchline user=mary"
              touchline policy rollback --to 3f2ac81d --reason "as in May" --database …
            """
    )

    @OptionGroup var activation: ActivationOptions

    @Option(help: "The bundle's digest, or how it begins: see touchline policy status.")
    var to: String?

    func run() async throws {
        try await activation.operation.run { database in
            let history = try ActivationHistory.read(database, log: activation.operation.log)
            let digest = try to.map(history.digest) ?? history.before()
            let decision = try await activation.activate(database, digest: digest.bytes)
            Terminal.say("Policies \(digest.short) are in force again, by decision \(decision).")
        }
    }
}
