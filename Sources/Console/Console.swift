package import HubCore
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import Synchronization

/// The operator's HTTP server: health, metrics and the operators' API, meant for loopback or a
/// private network.
///
/// - `/livez`: 200 while the process runs.
/// - `/readyz`: 200, or 503; a JSON object whose `reasons` say why it is not ready, and whose
///   `degraded` says what is wrong and does not keep members away.
/// - `/metrics`: Prometheus text exposition format 0.0.4.
/// - `/api/v1/…`: the operators' API, with a bearer token; `/openapi.json` describes it.
package final class Console: Sendable {
    private let host: String
    private let port: Int
    private let ready: @Sendable () -> Readiness
    private let metrics: @Sendable () -> String
    private let operated: (any OperatedHub)?
    private let logger: Logger
    private let running = Mutex<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - port: 0 for any free one.
    ///   - ready: whether the hub is ready, and why not.
    ///   - metrics: the metrics as Prometheus text.
    ///   - operated: the hub that the operators' API is about; nil for no such API.
    package init(
        host: String,
        port: Int,
        ready: @escaping @Sendable () -> Readiness,
        metrics: @escaping @Sendable () -> String,
        operated: (any OperatedHub)? = nil,
        logger: Logger
    ) {
        self.host = host
        self.port = port
        self.ready = ready
        self.metrics = metrics
        self.operated = operated
        // Hummingbird logs its own orderly end as an error; what matters is thrown or answered.
        var quiet = logger
        quiet.logLevel = .critical
        self.logger = quiet
    }

    /// Binds, and serves until `stop`.
    ///
    /// - Returns: the port in use.
    /// - Throws: when the address cannot be bound.
    package func start() async throws -> Int {
        let (ports, bound) = AsyncThrowingStream<Int, any Error>.makeStream()
        let application = Application(
            router: router(),
            server: .http1(configuration: .init(idleTimeout: Self.idleTimeMax)),
            configuration: .init(
                address: .hostname(host, port: port),
                serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionsMax)
            ),
            onServerRunning: { channel in bound.yield(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        let task = Task {
            do {
                try await application.run()
                bound.finish()
            } catch {
                bound.finish(throwing: error)
            }
        }
        running.withLock { $0 = task }
        for try await port in ports { return port }
        throw CancellationError()
    }

    /// Stops serving, and returns when the port is free again.
    package func stop() async {
        let task = running.withLock { running in
            defer { running = nil }
            return running
        }
        task?.cancel()
        await task?.value
    }

    /// Of a connection without a whole head of a request, or between two: some scrapes of metrics.
    private static let idleTimeMax = TimeAmount.seconds(75)
    /// Open at once: their files are of the same number that members' sockets and the journal take.
    private static let connectionsMax = 256

    private func router() -> Router<BasicRequestContext> {
        // Load balancers that probe with HEAD see what GET answers.
        let router = Router(options: .autoGenerateHeadEndpoints)
        let text = "text/plain; charset=utf-8"
        router.get("livez") { _, _ in Answer.text(.ok, text, "alive\n").response }
        router.get("readyz") { [ready] _, _ in
            let readiness = ready()
            return Answer.json(
                readiness.isReady ? .ok : .serviceUnavailable,
                ReadinessBody(readiness)
            ).response
        }
        router.get("metrics") { [metrics] _, _ in
            Answer.text(.ok, "text/plain; version=0.0.4; charset=utf-8", metrics()).response
        }
        if let operated { OperatorsAPI(hub: operated).add(to: router) }
        return router
    }

    private struct ReadinessBody: Encodable {
        let ready: Bool
        let reasons: [String]
        let degraded: [String]

        init(_ readiness: Readiness) {
            ready = readiness.isReady
            reasons = readiness.reasons
            degraded = readiness.degraded
        }
    }
}
