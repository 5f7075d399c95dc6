import Synchronization

/// Counts how often something happens, for the rules with a rate: one for all judges of a hub, kept
/// across bundles.
///
/// It remembers the times within the rate's window, so that a rate means exactly what it says. Keys
/// are spread over stripes, each with a lock that is held for one lookup.
package final class RateCounters: Sendable {
    private let stripes: [Stripe]

    private final class Stripe: Sendable {
        let entries = Mutex<[Key: Times]>([:])
    }

    /// What is counted: hashes of the rule, of whose it is, and of the text that is the same.
    struct Key: Hashable {
        let rule: Int
        let whose: Int
        let text: Int
    }

    /// More than `over` times within so many microseconds is too often.
    struct Rate: Hashable, Sendable {
        let over: Int
        let within: Int64
    }

    /// The newest times of one key; the oldest of them is replaced first.
    fileprivate struct Times {
        var times: [Int64] = []
        var oldest = 0
        /// When none of them counts any more.
        var end: Int64 = 0
    }

    package init() {
        stripes = (0..<Self.stripeCount).map { _ in Stripe() }
    }

    /// Counts one occurrence, unless it is too often.
    ///
    /// - Parameter now: microseconds.
    /// - Returns: 0 when it is within the rate, else after how many microseconds one would be.
    func count(_ key: Key, _ rate: Rate, at now: Int64) -> Int64 {
        stripes[key.hashValue & (Self.stripeCount - 1)].entries.withLock { entries in
            if entries.count >= Self.keysMax, entries[key] == nil {
                entries = entries.filter { $0.value.end > now }
                if entries.count >= Self.keysMax { return rate.within }
            }
            return entries[key, default: Times()].count(rate, at: now)
        }
    }

    /// Begins anew.
    func forget() {
        for stripe in stripes { stripe.entries.withLock { $0 = [:] } }
    }

    private static let stripeCount = 64
    /// Keys of one stripe: a quarter of a million in all. Past it, what is new is too often.
    private static let keysMax = 1 << 12
}

extension RateCounters.Times {
    fileprivate mutating func count(_ rate: RateCounters.Rate, at now: Int64) -> Int64 {
        if times.count < rate.over {
            times.append(now)
        } else {
            let wait = times[oldest] + rate.within - now
            if wait > 0 { return wait }
            times[oldest] = now
            oldest = (oldest + 1) % rate.over
        }
        end = now + rate.within
        return 0
    }
}
