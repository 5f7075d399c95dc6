import AuditLog
import Logging
import Synchronization

/// Takes each newest checkpoint to a place outside the record, trying again until it is there.
///
/// Only the newest counts: its tree contains those of all before it. So nothing queues up while the
/// place cannot be reached.
final class CheckpointOutlet: Sendable {
    /// Where it goes, for people.
    let name: String
    private let state = Mutex(State())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let logger: Logger
    private let task = Mutex<Task<Void, Never>?>(nil)

    private struct State {
        var newest: CheckpointRow?
        var deliveredSize: Int64 = 0
        /// Since when a checkpoint has waited for the next delivery; nil while none does.
        var waitingSince: ContinuousClock.Instant?
        var problem: String?
        var isStopping = false
    }

    /// - Parameters:
    ///   - pause: the least time between two deliveries.
    ///   - deliver: takes one there; what it throws is told and tried again.
    init(
        name: String,
        pause: Duration,
        logger: Logger,
        deliver: @escaping @Sendable (CheckpointRow) async throws -> Void
    ) {
        self.name = name
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        let task = Task { [self] in await run(pause: pause, deliver) }
        self.task.withLock { $0 = task }
    }

    /// Why the newest checkpoint is not there; nil while all is well.
    var problem: String? { state.withLock { $0.problem } }

    /// How long a checkpoint has waited to be there; zero while the newest is.
    var waiting: Duration { state.withLock { $0.waitingSince?.duration(to: .now) } ?? .zero }

    /// Takes a checkpoint that is durable; never waits.
    func show(_ checkpoint: CheckpointRow) {
        state.withLock {
            $0.newest = checkpoint
            $0.waitingSince = $0.waitingSince ?? .now
        }
        signal.yield()
    }

    /// Delivers the last one, within the time; then ends.
    func stop(within time: Duration) async {
        guard let task = task.withLock({ $0 }) else { return }
        state.withLock { $0.isStopping = true }
        signal.yield()
        let limit = Task {
            try? await Task.sleep(for: time)
            task.cancel()
        }
        await task.value
        limit.cancel()
    }

    private func run(
        pause: Duration,
        _ deliver: @Sendable (CheckpointRow) async throws -> Void
    ) async {
        var signals = signals.makeAsyncIterator()
        var retry = Self.retryMin
        while !Task.isCancelled {
            let (due, isStopping) = state.withLock { state in
                let isNew = state.newest.map { $0.frontier.size > state.deliveredSize } ?? false
                return (isNew ? state.newest : nil, state.isStopping)
            }
            guard let due else {
                if isStopping { return }
                _ = await signals.next()
                continue
            }
            do {
                try await deliver(due)
                retry = Self.retryMin
                note(nil, delivered: due.frontier.size)
                if !isStopping { try? await Task.sleep(for: pause) }
            } catch {
                note("\(error)", delivered: nil)
                try? await Task.sleep(for: isStopping ? Self.retryMin : retry)
                retry = min(retry * 2, Self.retryMax)
            }
        }
    }

    private func note(_ problem: String?, delivered: Int64?) {
        let before = state.withLock { state in
            if let delivered {
                state.deliveredSize = delivered
                let isNewest = delivered >= state.newest?.frontier.size ?? 0
                state.waitingSince = isNewest ? nil : .now
            }
            defer { state.problem = problem }
            return state.problem
        }
        if let problem, before != problem {
            logger.error("Checkpoints do not reach \(name), will try again: \(problem)")
        } else if problem == nil, before != nil {
            logger.notice("Checkpoints reach \(name) again.")
        }
    }

    private static let retryMin = Duration.milliseconds(500)
    private static let retryMax = Duration.seconds(60)
}
