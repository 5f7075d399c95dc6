import AsyncHTTPClient
import AuditLog
import Crypto
import Foundation
import NIOCore
import NIOHTTP1

/// Posts signed checkpoints to a web address that keeps them.
///
/// The body is the note as it is. `Touchline-Signature: t=<unix seconds>,v1=<hex>` holds the
/// HMAC-SHA256 of `<t>.<body>` under a secret of both sides, so that the receiver knows the sender
/// before it looks into the note.
struct CheckpointWebhook: Sendable {
    let url: String
    /// At least 32 bytes.
    let secret: [UInt8]
    let client: HTTPClient

    /// - Throws: a sentence that says what the other side answered, or that it did not.
    func post(_ checkpoint: CheckpointRow) async throws(CommandFault) {
        let time = Int(Date().timeIntervalSince1970)
        let signed = Array("\(time).\(checkpoint.note)".utf8)
        let code = HMAC<SHA256>.authenticationCode(
            for: signed,
            using: SymmetricKey(data: secret)
        )
        let digits = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        request.headers.add(name: "Touchline-Signature", value: "t=\(time),v1=\(digits)")
        request.body = .bytes(Array(checkpoint.note.utf8))
        let status: UInt
        do {
            status = try await client.execute(request, timeout: .seconds(10)).status.code
        } catch {
            throw CommandFault("\(url) does not answer: \(error)")
        }
        guard (200...299).contains(status) else {
            throw CommandFault("\(url) answered with status \(status)")
        }
    }

    /// A client that follows no redirect: what is posted goes to the configured address or nowhere.
    static func client() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}
