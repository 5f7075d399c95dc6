import ArgumentParser
import AuditStore

/// What every command takes that puts policies in force or tells of them.
struct OperatorOptions: ParsableArguments {
    @Option(help: "libpq's connection string or URI, of a role with touchline_operator.")
    var database: String

    @Option(help: "The log of the hub that is meant, where the database has several.")
    var log: Int32?

    /// Runs a command over a connection.
    func run(_ body: (Postgres) async throws -> Void) async throws {
        try await KeeperOptions.reporting(needs: "touchline_operator") {
            try await body(try KeeperOptions.connect(database))
        }
    }
}

/// What every command takes that puts policies in force.
struct ActivationOptions: ParsableArguments {
    @OptionGroup var operation: OperatorOptions

    @Option(help: "Why: kept with the decision.")
    var reason: String

    @Option(help: "How long to wait for a running hub.")
    var wait: String = "30s"

    func validate() throws {
        if reason.isEmpty { throw ValidationError("--reason says why.") }
    }

    /// Asks the hub to put policies in force, and waits until they are.
    ///
    /// - Parameters:
    ///   - files: a JSON object as text; or `digest` of a bundle that the record has.
    /// - Returns: the decision.
    func activate(
        _ database: Postgres,
        files: String? = nil,
        digest: [UInt8]? = nil
    ) async throws -> KeeperRequest.Decision {
        guard let patience = Quantity.duration(wait) else {
            throw ValidationError("--wait is a time such as 30s or 5m, not '\(wait)'.")
        }
        let id = try database.query(
            "select audit.request_activation($1::text::json, $2, $3, $4)",
            [
                files.map { .text($0) } ?? .null, digest.map { .bytes($0) } ?? .null,
                .text(reason), operation.log.map { .int4($0) } ?? .null,
            ]
        ).int8(0, 0)
        return try await KeeperRequest.outcome(
            of: id,
            in: "audit.activation_requests",
            database,
            wait: patience
        ).decision
    }
}
