import Dispatch
import Glibc
import Synchronization

/// SIGHUP, turned into requests to read files again. Made before the hub starts: by default the
/// signal would end the process.
final class ReloadRequests: Sendable {
    private let isAsked: Flag
    // Made, resumed and cancelled, nothing else.
    nonisolated(unsafe) private let source: any DispatchSourceSignal

    init() {
        signal(SIGHUP, SIG_IGN)
        let isAsked = Flag()
        self.isAsked = isAsked
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler { isAsked.value.store(true, ordering: .relaxed) }
        source.resume()
    }

    /// Whether there was a request since the last call; several count as one.
    func take() -> Bool { isAsked.value.exchange(false, ordering: .relaxed) }

    deinit { source.cancel() }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }
}
