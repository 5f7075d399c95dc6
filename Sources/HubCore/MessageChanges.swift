import AuditLog

/// The messages that something rests on, as they were read.
package struct ReadMessages: Sendable {
    /// `seq` of the events that they were delivered with.
    package let seqs: [Int64]
    /// The newest event that was known when they were read.
    package let through: Int64

    package init(seqs: [Int64], through: Int64) {
        self.seqs = seqs
        self.through = through
    }
}

/// Which messages were edited or deleted lately, so that of two who change one message the second
/// sees what the first has done, and no page shows what was taken away while it was judged.
///
/// Bounded: two generations; what was read before the older one began counts as changed, and is read
/// again.
struct MessageChanges: Sendable {
    /// Changes of a generation, some seconds' worth on the busiest hub.
    static let generationMax = 1 << 15

    private var newer: [Int64: Int64] = [:]
    private var older: [Int64: Int64] = [:]
    private var newerSince: Int64
    private var olderSince: Int64
    /// The newest erasure: whose words it took, isn't looked at.
    private var erased: Int64 = 0

    /// - Parameter since: the newest event before the first that is noted.
    init(since: Int64) {
        newerSince = since
        olderSince = since
    }

    /// - Parameters:
    ///   - message: `seq` of the event that it was delivered with.
    ///   - seq: of the edit or deletion.
    mutating func note(_ message: Int64, changedBy seq: Int64) {
        if newer.count >= Self.generationMax {
            older = newer
            olderSince = newerSince
            newer = [:]
            newerSince = seq - 1
        }
        newer[message] = seq
    }

    mutating func noteErasure(_ seq: Int64) { erased = seq }

    /// Whether any of the messages has changed since it was read.
    func haveMoved(_ read: ReadMessages) -> Bool {
        if read.through < olderSince || read.through < erased { return true }
        if newer.isEmpty && older.isEmpty { return false }
        return read.seqs.contains { seq in
            guard let changed = newer[seq] ?? older[seq] else { return false }
            return changed > read.through
        }
    }
}
