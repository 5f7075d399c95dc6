import AuditLog
package import HubCore
package import Logging
import Synchronization

/// Looks each second, from a thread of its own, whether a keeper or an operator asked for something,
/// and hands it to the hub, which records it. What comes of it happens when the event is shipped; only what a run
/// of retention lets go is dropped from here, because that waits for readers.
package final class KeepingDesk: Sendable {
    private let conninfo: String
    private let log: Int32
    private let fence: Int32
    private let logger: Logger
    private let isStopping = Mutex(false)
    /// The requests that this run has handed over and its journal did not refuse, a few a day:
    /// what waits there to be shipped must not be recorded again.
    private let inJournal = Mutex<Set<Int64>>([])
    private let wake = Signal()

    /// - Parameter fence: this hub's, so that what the run before took is told from what this one did.
    package init(conninfo: String, log: Int32, fence: Int32, logger: Logger) {
        self.conninfo = conninfo
        self.log = log
        self.fence = fence
        self.logger = logger
    }

    /// Policies that an operator asks to put in force.
    package struct PolicyRequest: Sendable {
        package var id: Int64
        /// A JSON object as text, path to content; nil when the digest is that of no recorded bundle.
        package var files: String?
        /// Of the recorded bundle that was asked for; nil where the request brought the files.
        package var digest: [UInt8]?
        /// Why, and on whose word, as JSON text: content.
        package var reason: String
    }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - record: proposes the event, and says later by which decision it was recorded: nil when
    ///     there was no room, so that it is asked for again. Called on that thread.
    ///   - activate: proposes policies in the same way, or says why they can't be in force; called
    ///     there too.
    package func start(
        record:
            @escaping @Sendable (Keeping, @escaping @Sendable (Decision?) -> Void) -> Void,
        activate:
            @escaping @Sendable (PolicyRequest, @escaping @Sendable (Decision?) -> Void) -> String?
    ) {
        DetachedThread.start { [self] in
            var connection: Postgres?
            var retentionDueNs: UInt64 = 0
            var isPruning = false
            while !isStopping.withLock({ $0 }) {
                do {
                    let open = try connection ?? connect()
                    connection = open
                    if monotonicNs() >= retentionDueNs {
                        retentionDueNs = monotonicNs() + Self.retentionPauseNs
                        _ = try open.query("select audit.request_retention()")
                        isPruning = true
                    }
                    for (id, request) in try take(open) {
                        inJournal.withLock { _ = $0.insert(id) }
                        let recorded: @Sendable (Decision?) -> Void = { [self] decision in
                            if decision == nil { inJournal.withLock { _ = $0.remove(id) } }
                        }
                        switch request {
                        case .keeping(let keeping):
                            record(keeping, recorded)
                            // Once it is shipped, there is something to drop.
                            if keeping.kind == .retain {
                                retentionDueNs = monotonicNs() + Self.shippedNs
                            }
                        case .policies(let policies):
                            guard let why = activate(policies, recorded) else { continue }
                            try refuse(policies.id, why, open)
                        }
                    }
                    if isPruning { isPruning = try prune(open) }
                } catch {
                    // That PostgreSQL is away is the shipper's to say.
                    if let error = error as? PostgresError, !error.isConnectionLost {
                        logger.error("requests of keepers can't be read: \(error)")
                    }
                    connection = nil
                }
                _ = wake.wait(milliseconds: connection == nil ? Self.awayMs : Self.pauseMs)
            }
        }
    }

    /// Takes no more; does not wait for the thread.
    package func stop() {
        isStopping.withLock { $0 = true }
        wake.set()
    }

    private func connect() throws -> Postgres {
        try Postgres(connecting: conninfo, application: "touchline keeping \(log)")
    }

    /// - Returns: whether there may be more to drop.
    private func prune(_ connection: Postgres) throws -> Bool {
        let step = try Retention.pruneNext(connection)
        if case .dropped(let line) = step { logger.notice("Retention: \(line).") }
        return step != .nothingLeft
    }

    private enum Request {
        case keeping(Keeping)
        case policies(PolicyRequest)
    }

    private func refuse(_ request: Int64, _ why: String, _ connection: Postgres) throws {
        _ = try connection.query(
            "select audit.refuse_request($1, $2, $3)",
            [.int8(request), .int4(log), .text(why)]
        )
    }

    private func take(_ connection: Postgres) throws -> [(id: Int64, request: Request)] {
        let known = inJournal.withLock { $0.map(String.init).joined(separator: ",") }
        let rows = try connection.query(
            """
            select kind, subject, channel, refers_log, refers_seq, detail, reason, request, files, policy
            from audit.take_requests($1, $2, $3::text::int8[])
            """,
            [.int4(log), .int4(fence), .text("{\(known)}")]
        )
        return (0..<rows.rowCount).compactMap { row in
            guard let kind = EventKind(rawValue: rows.int2(row, 0)) else { return nil }
            let id = rows.int8(row, 7)
            if kind == .policyActivated {
                let policies = PolicyRequest(
                    id: id,
                    files: rows.isNull(row, 8) ? nil : rows.text(row, 8),
                    digest: rows.isNull(row, 9) ? nil : rows.bytes(row, 9),
                    reason: rows.text(row, 6)
                )
                return (id, .policies(policies))
            }
            guard kind.isKeeping else { return nil }
            let keeping = Keeping(
                kind: kind,
                subject: rows.isNull(row, 1) ? nil : rows.uuid(row, 1),
                channel: rows.isNull(row, 2) ? nil : rows.text(row, 2),
                refers: rows.isNull(row, 4)
                    ? nil : Decision(log: rows.int4(row, 3), seq: rows.int8(row, 4)),
                detail: rows.text(row, 5),
                reason: rows.text(row, 6)
            )
            return (id, .keeping(keeping))
        }
    }

    /// A person waits for the answer.
    private static let pauseMs = 1_000
    private static let awayMs = 5_000
    /// A run is for whole days: a minute late is soon enough.
    private static let retentionPauseNs: UInt64 = 60_000_000_000
    /// An event is shipped within a second; if not, a minute later is as good.
    private static let shippedNs: UInt64 = 3_000_000_000
}
