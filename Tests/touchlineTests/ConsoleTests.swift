import Console
import Foundation
import Logging
import Testing

@testable import touchline

/// Health and metrics over HTTP.
struct ConsoleTests {
    /// Status, content type and body; status 0 when nobody answers.
    private func get(_ port: Int, _ path: String) async throws -> (Int, String, String) {
        let bash = try #require(Program.find("bash"))
        let request = "GET \(path) HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n"
        let script = "exec 3<>/dev/tcp/127.0.0.1/\(port) && printf '\(request)' >&3 && cat <&3"
        let output = try await bash.run(["-c", script]).output
        let parts = output.components(separatedBy: "\r\n\r\n")
        let lines = parts[0].components(separatedBy: "\r\n")
        guard parts.count == 2, lines[0].hasPrefix("HTTP/1.1 ") else { return (0, "", output) }
        let type = lines.first { $0.hasPrefix("Content-Type: ") }?.dropFirst(14) ?? ""
        return (Int(lines[0].dropFirst(9).prefix(3)) ?? 0, String(type), parts[1])
    }

    @Test("health, readiness with its reasons, and metrics are answered")
    func answers() async throws {
        let reasons = Reasons()
        let console = Console(
            host: "127.0.0.1",
            port: 0,
            ready: { reasons.value },
            metrics: { "touchline_connections 3\n" },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let port = try await console.start()
        #expect(port > 0)
        #expect(try await get(port, "/livez").0 == 200)
        #expect(try await get(port, "/readyz").0 == 200)
        reasons.value.degraded = ["the database is \"away\"", "journal\u{1}"]
        #expect(try await get(port, "/readyz").0 == 200, "degraded is ready")
        reasons.value.reasons = ["the record \\ failed"]
        let (status, type, body) = try await get(port, "/readyz")
        #expect((status, type) == (503, "application/json"))
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        #expect(object?["ready"] as? Bool == false)
        #expect(object?["reasons"] as? [String] == reasons.value.reasons)
        #expect(object?["degraded"] as? [String] == reasons.value.degraded)
        let metrics = try await get(port, "/metrics")
        #expect(metrics.0 == 200)
        #expect(metrics.1.hasPrefix("text/plain; version=0.0.4"))
        #expect(metrics.2 == "touchline_connections 3\n")
        #expect(try await get(port, "/elsewhere").0 == 404)

        let second = Console(
            host: "127.0.0.1",
            port: port,
            ready: { Readiness() },
            metrics: { "" },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        await #expect(throws: (any Error).self) { _ = try await second.start() }
        await console.stop()
        #expect(try await get(port, "/livez").0 == 0, "the port is free again")
    }

    /// Changed between requests only.
    private final class Reasons: @unchecked Sendable {
        var value = Readiness()
    }
}
