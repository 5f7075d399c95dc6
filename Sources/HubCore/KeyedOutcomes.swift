package import AuditLog

/// Outcomes of sends with an idempotency key, for a day, or for as long as there is room.
///
/// Bounded: three generations of half a day or a third of the room each, whichever is used up first,
/// so that forgetting is one swap. A key is remembered for at least a day, unless newer ones have taken
/// a third of the room.
package struct KeyedOutcomes: Sendable {
    /// How long a key answers with its first outcome, in microseconds.
    package static let window: Int64 = 24 * 3600 * 1_000_000

    /// Keys remembered at most, about 500 MB.
    package static let countMax = 1 << 22

    private let countMax: Int
    private var generations: [[UUID16: KeyedOutcome]] = [[:], [:], [:]]
    private var turnedAt: Int64 = 0

    /// - Parameter countMax: keys remembered at most.
    package init(countMax: Int = countMax) {
        self.countMax = countMax
    }

    /// The first outcome of a message that was recorded within the window.
    package subscript(_ message: UUID16, now now: Int64) -> KeyedOutcome? {
        for generation in generations {
            if let outcome = generation[message] {
                return outcome.at > now - Self.window ? outcome : nil
            }
        }
        return nil
    }

    package var count: Int { generations.reduce(0) { $0 + $1.count } }

    /// Remembers an outcome; `newValue.at` and the room that is left move the generations on.
    package subscript(_ message: UUID16) -> KeyedOutcome? {
        get { generations.lazy.compactMap { $0[message] }.first }
        set {
            guard let newValue else { return }
            if newValue.at - turnedAt >= Self.window / 2
                || generations[0].count >= countMax / generations.count
            {
                generations.removeLast()
                generations.insert([:], at: 0)
                turnedAt = newValue.at
            }
            generations[0][message] = newValue
        }
    }
}
