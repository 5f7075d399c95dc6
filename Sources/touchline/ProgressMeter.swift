/// Tells on standard error how far something is that takes longer than two seconds.
final class ProgressMeter {
    private let subject: String
    private let total: Int64
    private let start = ContinuousClock.now
    private var said = ContinuousClock.now

    private static let interval = Duration.seconds(2)

    init(_ subject: String, total: Int64) {
        self.subject = subject
        self.total = total
    }

    /// A line at most every two seconds.
    func reached(_ count: Int64) {
        let now = ContinuousClock.now
        guard now - said >= Self.interval else { return }
        said = now
        let share = total > 0 ? count * 100 / total : 100
        Terminal.warn("\(subject): \(count) of \(total) events (\(share) %), \(rate(count, now))/s")
    }

    /// How long it took, when it took long.
    func end() {
        guard ContinuousClock.now - start >= Self.interval else { return }
        Terminal.warn("\(subject): \(rate(total, .now)) events/s")
    }

    private func rate(_ count: Int64, _ now: ContinuousClock.Instant) -> Int64 {
        let elapsed = now - start
        let seconds =
            Double(elapsed.components.seconds)
            + Double(elapsed.components.attoseconds) / 1e18
        return Int64(Double(count) / max(seconds, 0.001))
    }
}
