import Hummingbird
package import Logging
import NIOCore
import Synchronization

/// The operator's HTTP server: health and metrics, meant for loopback or a private network.
///
/// - `/livez`: 200 while the process runs.
/// - `/readyz`: 200, or 503; a JSON object whose `reasons` say why it is not ready, and whose
///   `degraded` says what is wrong and does not keep members away.
/// - `/metrics`: Prometheus text exposition format 0.0.4.
package final class Console: Sendable {
    private let host: String
    private let port: Int
    private let ready: @Sendable () -> Readiness
    private let metrics: @Sendable () -> String
    private let logger: Logger
    private let running = Mutex<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - port: 0 for any free one.
    ///   - ready: whether the hub is ready, and why not.
    ///   - metrics: the metrics as Prometheus text.
    package init(
        host: String,
        port: Int,
        ready: @escaping @Sendable () -> Readiness,
        metrics: @escaping @Sendable () -> String,
        logger: Logger
    ) {
        self.host = host
        self.port = port
        self.ready = ready
        self.metrics = metrics
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
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
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

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("livez") { _, _ in Self.answer(.ok, "text/plain; charset=utf-8", "alive\n") }
        router.get("readyz") { [ready] _, _ in Self.readiness(ready()) }
        router.get("metrics") { [metrics] _, _ in
            Self.answer(.ok, "text/plain; version=0.0.4; charset=utf-8", metrics())
        }
        return router
    }

    private static func readiness(_ readiness: Readiness) -> Response {
        let reasons = readiness.reasons.map(JSONString.quoted).joined(separator: ",")
        let degraded = readiness.degraded.map(JSONString.quoted).joined(separator: ",")
        return answer(
            readiness.isReady ? .ok : .serviceUnavailable,
            "application/json",
            "{\"ready\":\(readiness.isReady),\"reasons\":[\(reasons)],"
                + "\"degraded\":[\(degraded)]}\n"
        )
    }

    private static func answer(
        _ status: HTTPResponse.Status,
        _ type: String,
        _ body: String
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}
