import ArgumentParser
import AuditLog
import AuditStore
import Foundation

/// What a keeper asks of the hub, by a row of `audit.request`.
struct KeeperRequest {
    var kind: EventKind
    var subject: UUID16?
    var channel: String?
    var refers: Decision?
    /// Numbers and codes, for the event.
    var terms: [String: Int64] = [:]
    /// Free text and names, for its content.
    var reason: [String: String] = [:]

    /// A decision's id, `<log>-<seq>`.
    struct Decision: ExpressibleByArgument, CustomStringConvertible {
        var log: Int32
        var seq: Int64

        init(log: Int32, seq: Int64) {
            (self.log, self.seq) = (log, seq)
        }

        init?(argument: String) {
            let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let log = Int32(parts[0]), let seq = Int64(parts[1]), seq > 0
            else { return nil }
            self.init(log: log, seq: seq)
        }

        var description: String { "\(log)-\(seq)" }
    }

    /// Asks, and waits until a running hub has recorded it and carried it out.
    ///
    /// - Returns: the event's decision, and what came of it.
    /// - Throws: a `CommandFault` with why it was refused; exit code 75 when no hub took it in time.
    func submit(
        _ database: Postgres,
        wait: Duration
    ) async throws -> (decision: Decision, outcome: String) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let id = try database.query(
            """
            insert into audit.request
                (kind, subject, channel, refers_log, refers_seq, terms, reason)
            values ($1, $2, $3, $4, $5, $6::text::json, $7::text::json) returning id
            """,
            [
                .int2(kind.rawValue), subject.map { .uuid($0) } ?? .null,
                channel.map { .text($0) } ?? .null, refers.map { .int4($0.log) } ?? .null,
                refers.map { .int8($0.seq) } ?? .null,
                .text(String(decoding: try encoder.encode(terms), as: UTF8.self)),
                .text(String(decoding: try encoder.encode(reason), as: UTF8.self)),
            ]
        ).int8(0, 0)
        return try await Self.outcome(of: id, in: "audit.request", database, wait: wait)
    }

    /// Waits until a running hub has recorded a request and carried it out; as `submit`.
    ///
    /// - Parameter relation: where who asks may read what came of it.
    static func outcome(
        of id: Int64,
        in relation: String,
        _ database: Postgres,
        wait: Duration
    ) async throws -> (decision: Decision, outcome: String) {
        let deadline = ContinuousClock.now + wait
        var isTaken = false
        while ContinuousClock.now < deadline {
            let row = try database.query(
                """
                select is_refused, outcome, log, seq, taken_log is not null from \(relation)
                where id = $1
                """,
                [.int8(id)]
            )
            isTaken = row.bool(0, 4)
            if !row.isNull(0, 1) {
                let decision =
                    row.isNull(0, 3) ? nil : Decision(log: row.int4(0, 2), seq: row.int8(0, 3))
                guard let decision, !row.bool(0, 0) else {
                    let place = decision.map { " (decision \($0))" } ?? ""
                    let why = row.text(0, 1)
                    // Faults of policies stand on lines of their own, so that carets are in place.
                    throw CommandFault(
                        why.contains("\n") ? "Refused\(place):\n\(why)" : "Refused\(place): \(why)."
                    )
                }
                return (decision, row.text(0, 1))
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        Terminal.warn(
            isTaken
                ? "Request \(id) was taken by a hub, which has not shipped it yet: is PostgreSQL slow?"
                : "No hub that runs on this database has taken request \(id)."
        )
        Terminal.warn(
            """
            It stays: the next hub to run carries it out. Start one, then see what came of it:
              select outcome, log || '-' || seq from \(relation) where id = \(id);
            """
        )
        throw ExitCode(notYet)
    }

    /// EX_TEMPFAIL of sysexits.h.
    private static let notYet: Int32 = 75
}

/// What every command of a keeper takes.
struct KeeperOptions: ParsableArguments {
    @Option(help: "libpq's connection string or URI, of a role with touchline_keeper.")
    var database: String

    @Option(help: "How long to wait for a running hub.")
    var wait: String = "30s"

    static func connect(_ database: String) throws -> Postgres {
        do {
            return try Postgres(connecting: database, application: "touchline audit")
        } catch {
            throw CommandFault("The database cannot be reached: \(error)")
        }
    }

    func patience() throws -> Duration {
        guard let duration = Quantity.duration(wait) else {
            throw ValidationError("--wait is a time such as 30s or 5m, not '\(wait)'.")
        }
        return duration
    }

    /// Runs a keeper's command over a connection.
    func run(_ body: (Postgres) async throws -> Void) async throws {
        try await Self.reporting(needs: "touchline_keeper") {
            try await body(try Self.connect(database))
        }
    }

    /// Runs a command's work; what PostgreSQL refuses is said with how to mend it.
    static func reporting(needs role: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as PostgresError {
            let hint =
                error.sqlState == "42501" ? ". Ask as a role with \(role): grant \(role) to …" : ""
            throw CommandFault("PostgreSQL refuses: \(error)\(hint)")
        }
    }
}
