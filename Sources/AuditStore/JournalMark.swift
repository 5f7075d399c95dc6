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

/// The mark as the writer's thread publishes it for others to read.
package final class JournalDurable: Sendable {
    private let mark: Mutex<JournalMark>

    init(_ mark: JournalMark) {
        self.mark = Mutex(mark)
    }

    /// The newest mark; everything before it is on disk.
    package var current: JournalMark { mark.withLock { $0 } }

    func publish(_ next: JournalMark) { mark.withLock { $0 = next } }
}
