import Dispatch
import Foundation

/// Ctrl-C and `kill`, turned into the cancellation of a task.
enum Interruption {
    /// Runs the body, and cancels it when SIGINT or SIGTERM arrives.
    /// Another signal after a second ends the process at once; before, it is an echo, because some
    /// parents send theirs to the process and to its whole group.
    ///
    /// - Parameter announce: is called at the first signal.
    static func cancelling(
        announce: @escaping @Sendable () -> Void,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let task = Task { try await body() }
        let count = SignalCount()
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: count.queue)
            source.setEventHandler {
                switch count.next() {
                case .first:
                    announce()
                    task.cancel()
                case .echo: break
                case .insistent: _exit(128 + number)
                }
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// Counted on one queue only.
    private final class SignalCount: @unchecked Sendable {
        let queue = DispatchQueue(label: "touchline.signals")
        private var first: ContinuousClock.Instant?

        enum Turn { case first, echo, insistent }

        func next() -> Turn {
            let now = ContinuousClock.now
            guard let first else {
                first = now
                return .first
            }
            return now - first < .seconds(1) ? .echo : .insistent
        }
    }
}
