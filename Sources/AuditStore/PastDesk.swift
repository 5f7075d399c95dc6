import AuditLog
package import HubCore
package import Logging
import Synchronization

/// Answers the shards' questions of what was said from the database: one after another, on a thread
/// and over a connection of its own.
package final class PastDesk: Sendable {
    /// A question, and who waits for the answer.
    private struct Waiting: Sendable {
        let question: PastQuestion
        let askedNs: UInt64
        let answer: @Sendable (Result<PastAnswer, PastRefused>) -> Void
    }

    private struct Inbox {
        var waiting: [Waiting] = []
        var isStopping = false
    }

    private let conninfo: String
    private let log: Int32
    private let now: @Sendable () -> Int64
    private let logger: Logger
    private let inbox = Mutex(Inbox())
    private let wake = Signal()

    /// - Parameter now: the clock, microseconds since 2000-01-01 UTC.
    package init(
        conninfo: String,
        log: Int32,
        now: @escaping @Sendable () -> Int64,
        logger: Logger
    ) {
        self.conninfo = conninfo
        self.log = log
        self.now = now
        self.logger = logger
    }

    /// Takes a question. The answer is told on the desk's thread, or here when too many wait.
    package func ask(
        _ question: PastQuestion,
        answer: @escaping @Sendable (Result<PastAnswer, PastRefused>) -> Void
    ) {
        let isTaken = inbox.withLock { inbox in
            guard inbox.waiting.count < Self.waitingMax, !inbox.isStopping else { return false }
            inbox.waiting.append(
                Waiting(question: question, askedNs: monotonicNs(), answer: answer)
            )
            return true
        }
        if isTaken { wake.set() } else { answer(.failure(.busy)) }
    }

    /// Starts the thread; it ends after `stop`.
    package func start() {
        DetachedThread.start { [self] in
            var connection: Postgres?
            while true {
                let (waiting, isStopping) = inbox.withLock { inbox in
                    defer { inbox.waiting = [] }
                    return (inbox.waiting, inbox.isStopping)
                }
                for next in waiting { next.answer(answer(next, isStopping, &connection)) }
                if isStopping { return }
                if waiting.isEmpty { wake.wait() }
            }
        }
    }

    /// Lets the thread end; who waits is refused.
    package func stop() {
        inbox.withLock { $0.isStopping = true }
        wake.set()
    }

    private func answer(
        _ waiting: Waiting,
        _ isStopping: Bool,
        _ connection: inout Postgres?
    ) -> Result<PastAnswer, PastRefused> {
        guard !isStopping, monotonicNs() - waiting.askedNs < Self.waitingMaxNs else {
            return .failure(.busy)
        }
        // A connection that was lost since the last question is replaced once.
        for isLast in [connection == nil, true] {
            do {
                let open = try connection ?? connect()
                connection = open
                let query = PastQuery(open, log: log)
                return .success(try query.answer(waiting.question, now: now()))
            } catch let error as PostgresError {
                if error.isConnectionLost { connection = nil }
                logger.debug("What was said can't be read: SQLSTATE \(error.sqlState)")
                // 57014: it took too long.
                if error.sqlState == "57014" { return .failure(.busy) }
                if isLast || !error.isConnectionLost { return .failure(.away) }
            } catch {
                return .failure(.away)
            }
        }
        return .failure(.away)
    }

    private func connect() throws -> Postgres {
        let connection = try Postgres(
            connecting: conninfo,
            application: "touchline history",
            timeoutSeconds: 2
        )
        // Few rows are wanted of large tables, each found by an index; the planner, who reckons with
        // hundreds of partitions, would read them whole, or compile the plan first.
        try connection.run(
            "set statement_timeout = '3s'; set default_transaction_read_only = on; "
                + "set jit = off; set enable_hashjoin = off; set enable_mergejoin = off"
        )
        return connection
    }

    /// Questions that wait: some seconds' worth of them.
    private static let waitingMax = 256
    /// Who has waited this long is told to come again.
    private static let waitingMaxNs: UInt64 = 5_000_000_000
}
