package import Foundation
package import PolicyEngine

/// Watches a policy folder from a thread of its own, and tells each bundle that it comes to hold.
///
/// It looks at the files every `interval` and loads them once they stood still for as long, so that
/// a half-written file is not judged. Looking, rather than inotify, also works over network and
/// container mounts.
package final class PolicyWatcher: Sendable {
    /// Looks so often that an edit acts well within a second, and costs next to nothing.
    package static let defaultInterval: TimeInterval = 0.1

    private let state: State

    /// Starts watching. `onChange` is called on the watcher's thread, with the bundle or why there
    /// is none, whenever that differs from the last call's, or at first from `loaded`.
    package init(
        _ folder: PolicyFolder,
        loaded: PolicyEngine.Bundle,
        interval: TimeInterval = PolicyWatcher.defaultInterval,
        onChange: @escaping @Sendable (Result<PolicyEngine.Bundle, BundleErrors>) -> Void
    ) {
        let state = State()
        self.state = state
        let first = Told.bundle(loaded.digest)
        let thread = Thread {
            Self.watch(folder, from: first, every: interval, state, onChange)
            state.finish()
        }
        thread.name = "policy-watcher"
        // YAML is read by recursion; the default may be small on other platforms.
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Stops watching; when it returns, `onChange` is not running and won't be called again. Not
    /// to be called from `onChange`.
    package func stop() {
        state.stop()
    }

    deinit {
        state.requestStop()
    }

    /// What the last call of the closure told.
    private enum Told: Equatable {
        case bundle([UInt8])
        case errors(BundleErrors)
    }

    private static func watch(
        _ folder: PolicyFolder,
        from first: Told,
        every interval: TimeInterval,
        _ state: State,
        _ onChange: (Result<PolicyEngine.Bundle, BundleErrors>) -> Void
    ) {
        var told = first
        // Nil, so that an edit made since `loaded` was read is seen.
        var loaded: PolicyFolder.Fingerprint?
        var previous: PolicyFolder.Fingerprint?
        repeat {
            let current = PolicyFolder.Fingerprint(folder)
            defer { previous = current }
            guard current != loaded, current == previous else { continue }
            loaded = current
            let result = folder.load()
            let new: Told =
                switch result {
                case .success(let bundle): .bundle(bundle.digest)
                case .failure(let errors): .errors(errors)
                }
            if new == told { continue }
            told = new
            onChange(result)
        } while state.wait(interval)
    }
}

/// Tells the thread to stop, and others that it has.
private final class State: @unchecked Sendable {
    /// Guards both flags.
    private let condition = NSCondition()
    private var isStopping = false
    private var isFinished = false

    /// Waits; false when it is time to stop.
    func wait(_ interval: TimeInterval) -> Bool {
        let end = Date(timeIntervalSinceNow: interval)
        return condition.withLock {
            while !isStopping, condition.wait(until: end) {}
            return !isStopping
        }
    }

    func requestStop() {
        condition.withLock {
            isStopping = true
            condition.broadcast()
        }
    }

    func finish() {
        condition.withLock {
            isFinished = true
            condition.broadcast()
        }
    }

    func stop() {
        requestStop()
        condition.withLock {
            while !isFinished { condition.wait() }
        }
    }
}
