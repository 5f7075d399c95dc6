/// Tells on standard error how far something is that takes longer than two seconds.
final class ProgressMeter {
    private let subject: String
    /// Nil when it is not known beforehand.
    private let total: Int64?
    /// What is counted, in the plural.
    private let noun: String
    private let start = ContinuousClock.now
    private var said = ContinuousClock.now

    private static let interval = Duration.seconds(2)

    init(_ subject: String, total: Int64? = nil, of noun: String = "events") {
        self.subject = subject
        self.total = total
        self.noun = noun
    }

    /// A line at most every two seconds.
    func reached(_ count: Int64) {
        let now = ContinuousClock.now
        guard now - said >= Self.interval else { return }
        said = now
        let share = total.map { " of \($0) \(noun) (\(count * 100 / max($0, 1)) %)" } ?? " \(noun)"
        Terminal.warn("\(subject): \(count)\(share), \(rate(count, now))/s")
    }

    /// How fast it was, when it took long.
    func end(_ count: Int64) {
        guard ContinuousClock.now - start >= Self.interval else { return }
        Terminal.warn("\(subject): \(count) \(noun), \(rate(count, .now))/s")
    }

    private func rate(_ count: Int64, _ now: ContinuousClock.Instant) -> Int64 {
        let elapsed = now - start
        let seconds =
            Double(elapsed.components.seconds)
            + Double(elapsed.components.attoseconds) / 1e18
        return Int64(Double(count) / max(seconds, 0.001))
    }
}
