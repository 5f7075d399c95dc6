import AuditLog
import Glibc

extension JournalWriter {
    /// Marks what the database has, and removes the segments whose time is over.
    ///
    /// Never one with an event that the database lacks, and never the last one with an event: a start
    /// reads there how far the log goes. A file that can't be removed is said in `use`.
    /// - Parameters:
    ///   - shipped: the newest `seq` that the database has.
    ///   - now: Unix seconds.
    func keep(shipped: Int64, now: Int64) {
        guard !closed.isEmpty else { return }
        keepingProblem = nil
        for index in closed.indices
        where closed[index].shippedAt == nil && closed[index].lastSeq <= shipped {
            attempt { () throws(JournalError) in
                try folder.markShipped(closed[index].firstSeq, at: now)
                closed[index].shippedAt = now
            }
        }
        while let oldest = closed.first, isSpare, let shippedAt = oldest.shippedAt,
            oldest.lastSeq <= shipped, now - shippedAt >= configuration.keepSeconds,
            removeOldest()
        {}
        publishUse()
    }

    /// Removes the oldest segment before its time, because new events need its room.
    ///
    /// - Returns: false when the database doesn't have it yet, or it is needed for a start.
    func giveUpOldest(shipped: Int64) -> Bool {
        guard let oldest = closed.first, isSpare, oldest.lastSeq <= shipped else { return false }
        return removeOldest()
    }

    /// Whether a segment with an event is left when the oldest has gone.
    private var isSpare: Bool {
        closed.count > 1 || current.map { $0.header.firstSeq <= tail.lastSeq } == true
    }

    private func removeOldest() -> Bool {
        let isRemoved = attempt { () throws(JournalError) in
            try folder.remove(closed[0].firstSeq)
        }
        if isRemoved { closed.removeFirst() }
        return isRemoved
    }

    /// Keeping isn't worth the hub's end: what fails is told, and tried again another time.
    @discardableResult
    private func attempt(_ body: () throws(JournalError) -> Void) -> Bool {
        do throws(JournalError) {
            try body()
            return true
        } catch {
            keepingProblem = "\(error)"
            return false
        }
    }

    func publishUse() {
        var use = Self.use(of: configuration)
        use.closed = closed
        if let current {
            use.written = Int64(tail.offset)
            use.capacity = Int64(current.header.capacity) - Int64(configuration.reserveBytes)
        }
        use.keepingProblem = keepingProblem
        durable.publish(use)
    }

    static func use(of configuration: JournalConfiguration) -> JournalUse {
        JournalUse(
            segmentRoom: Int64(configuration.segmentBytes - configuration.reserveBytes),
            segmentBytes: Int64(configuration.segmentBytes),
            bytesMax: configuration.bytesMax
        )
    }
}
