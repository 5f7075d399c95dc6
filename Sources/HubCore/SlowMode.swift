package import AuditLog

/// When members last wrote in channels with slow mode.
///
/// The recorded order counts: the recorder holds one and each shard a copy, and both change by
/// applying recorded messages, so a message that is judged again counts once, and two sessions of one
/// member can't both be first. A restart forgets it, as the counts of rates.
package struct SlowMode: Sendable, Equatable {
    /// Members in channels that are remembered: 8 MB in every copy. Past it, who would be one more
    /// is refused as `busy`.
    package static let placesMax = 1 << 17

    private struct Place: Hashable {
        let channel: Int
        let subject: UUID16
    }

    private struct Word: Equatable {
        var at: Int64
        /// When it keeps nobody waiting any more.
        var end: Int64
    }

    private let placesMax: Int
    private var words: [Place: Word] = [:]
    private var sweptAt = Int64.min

    package init(placesMax: Int = SlowMode.placesMax) {
        self.placesMax = placesMax
    }

    package var count: Int { words.count }

    /// How long a member still has to wait, in microseconds; 0 for not at all.
    ///
    /// - Parameters:
    ///   - channel: the ledger's index.
    ///   - window: what lies between two messages, in microseconds.
    ///   - now: microseconds since 2000-01-01 UTC.
    package func wait(
        _ subject: UUID16,
        in channel: Int,
        window: Int64,
        now: Int64
    ) -> Int64 {
        guard let word = words[Place(channel: channel, subject: subject)] else { return 0 }
        return max(0, word.at + window - now)
    }

    /// Whether one more message can be remembered; a table that is full of what counts still takes one
    /// a second, when it is looked through.
    package func hasRoom(for subject: UUID16, in channel: Int, at now: Int64) -> Bool {
        words.count < placesMax || words[Place(channel: channel, subject: subject)] != nil
            || isSweepDue(at: now)
    }

    /// Remembers a recorded message.
    ///
    /// - Parameter at: its time.
    package mutating func note(_ subject: UUID16, in channel: Int, window: Int64, at: Int64) {
        if words.count >= placesMax, isSweepDue(at: at) {
            sweptAt = at
            words = words.filter { $0.value.end > at }
        }
        words[Place(channel: channel, subject: subject)] = Word(at: at, end: at + window)
    }

    /// A full table is looked through once a second, however many write.
    private func isSweepDue(at now: Int64) -> Bool { sweptAt <= now - 1_000_000 }

    /// Applies one recorded proposal.
    package mutating func apply(_ proposal: Proposal, at: Int64) {
        guard proposal.slowWindow > 0, let channel = proposal.channel,
            let subject = proposal.subject
        else { return }
        note(subject, in: channel, window: proposal.slowWindow, at: at)
    }
}
