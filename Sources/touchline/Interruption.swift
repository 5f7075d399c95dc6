import Dispatch
import Foundation

/// Ctrl-C and `kill`, turned into the cancellation of a task.
enum Interruption {
    /// Runs the body, and cancels it when SIGINT or SIGTERM arrives.
    /// A second signal ends the process at once.
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
                guard count.next() == 1 else { _exit(128 + number) }
                announce()
                task.cancel()
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
        private var count = 0

        func next() -> Int {
            count += 1
            return count
        }
    }
}
