import AsyncHTTPClient
import AuditLog
import Foundation
import Logging
import Synchronization

/// The places outside the record that a hub's checkpoints go to.
final class CheckpointOutlets: Sendable {
    private let outlets: [CheckpointOutlet]
    private let newest = Mutex<ContinuousClock.Instant?>(nil)
    private let client: HTTPClient?

    init(_ settings: Configuration.Checkpoints, logger: Logger) throws(CommandFault) {
        var outlets: [CheckpointOutlet] = []
        if let path = settings.folder {
            let folder = CheckpointFolder(path: path)
            outlets.append(
                CheckpointOutlet(name: path, pause: .zero, logger: logger) { try folder.drop($0) }
            )
        }
        var client: HTTPClient?
        if let webhook = settings.webhook {
            guard let secret = FileManager.default.contents(atPath: webhook.secretFile) else {
                throw CommandFault("\(webhook.secretFile) cannot be read.")
            }
            let made = CheckpointWebhook.client()
            client = made
            let hook = CheckpointWebhook(url: webhook.url, secret: Array(secret), client: made)
            outlets.append(
                CheckpointOutlet(name: webhook.url, pause: Self.webhookPause, logger: logger) {
                    try await hook.post($0)
                }
            )
        }
        self.outlets = outlets
        self.client = client
    }

    /// Takes a checkpoint that is durable; for the recorder's thread.
    func show(_ checkpoint: CheckpointRow) {
        newest.withLock { $0 = .now }
        for outlet in outlets { outlet.show(checkpoint) }
    }

    /// What an operator should look at.
    var problems: [String] {
        outlets.compactMap { outlet in
            outlet.problem.map { "Checkpoints do not reach \(outlet.name): \($0)" }
        }
    }

    /// Time since the newest checkpoint was signed; nil before the first of this run.
    var age: Duration? { newest.withLock { $0?.duration(to: .now) } }

    /// How long a checkpoint has waited for the place that it has waited longest for; zero while the
    /// newest is everywhere.
    var waiting: Duration { outlets.map(\.waiting).max() ?? .zero }

    func stop() async {
        for outlet in outlets { await outlet.stop(within: .seconds(5)) }
        try? await client?.shutdown()
    }

    /// A receiver on the internet is told six times a minute at most.
    private static let webhookPause = Duration.seconds(10)
}
