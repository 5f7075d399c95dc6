import Synchronization

/// A place between two batches of the journal.
package struct JournalPosition: Hashable, Sendable {
    /// The `seq` that the segment's name gives.
    package var segment: Int64
    /// In bytes from the segment's start.
    package var offset: Int
}

/// How far the journal is durable.
package struct JournalMark: Hashable, Sendable {
    package var position: JournalPosition
    /// The last durable event's `seq`, 0 when there is none.
    package var lastSeq: Int64
}

/// What the writer's thread publishes for others to read.
package final class JournalDurable: Sendable {
    private struct State {
        var mark: JournalMark
        var use: JournalUse
    }

    private let state: Mutex<State>

    init(_ mark: JournalMark, _ use: JournalUse) {
        state = Mutex(State(mark: mark, use: use))
    }

    /// The newest mark; everything before it is on disk.
    package var current: JournalMark { state.withLock { $0.mark } }

    /// What the journal takes up now.
    package var use: JournalUse { state.withLock { $0.use } }

    func publish(_ next: JournalMark) {
        state.withLock {
            $0.mark = next
            $0.use.written = Int64(next.position.offset)
        }
    }

    func publish(_ next: JournalUse) { state.withLock { $0.use = next } }
}
