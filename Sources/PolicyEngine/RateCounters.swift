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

    /// When something happened, and the number that it is known by.
    fileprivate struct Occurrence {
        let at: Int64
        let number: UInt64
    }

    /// The newest occurrences of one key; the oldest of them is replaced first.
    fileprivate struct Times {
        var times: [Occurrence] = []
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
    func count(_ key: Key, _ rate: Rate, at now: Int64, _ counting: Counting) -> Int64 {
        if counting == .settled { return 0 }
        return stripes[key.hashValue & (Self.stripeCount - 1)].entries.withLock { entries in
            let number: UInt64
            switch counting {
            case .first(let new): number = new
            case .again(let known):
                if entries[key]?.times.contains(where: { $0.number == known }) == true { return 0 }
                number = known
            case .look: return entries[key]?.wait(rate, at: now) ?? 0
            case .settled: return 0
            }
            if entries.count >= Self.keysMax, entries[key] == nil { Self.makeRoom(&entries, now) }
            return entries[key, default: Times()].count(rate, at: now, number)
        }
    }

    /// Forgets the half of the keys that ends soonest, and whatever has ended: once in so many new
    /// keys.
    private static func makeRoom(_ entries: inout [Key: Times], _ now: Int64) {
        let last = entries.values.map(\.end).sorted()[entries.count / 2]
        entries = entries.filter { $0.value.end > max(last, now) }
    }

    /// Begins anew.
    func forget() {
        for stripe in stripes { stripe.entries.withLock { $0 = [:] } }
    }

    private static let stripeCount = 64
    /// Keys of one stripe: a quarter of a million in all. Past it, those that end soonest make room:
    /// were what is new too often instead, a few who say ever new things would silence everyone.
    private static let keysMax = 1 << 12
}

extension RateCounters.Times {
    /// After how many microseconds one more would be within the rate; 0 for now.
    fileprivate func wait(_ rate: RateCounters.Rate, at now: Int64) -> Int64 {
        times.count < rate.over ? 0 : max(0, times[oldest].at + rate.within - now)
    }

    fileprivate mutating func count(
        _ rate: RateCounters.Rate,
        at now: Int64,
        _ number: UInt64
    ) -> Int64 {
        let wait = wait(rate, at: now)
        if wait > 0 { return wait }
        let occurrence = RateCounters.Occurrence(at: now, number: number)
        if times.count < rate.over {
            times.append(occurrence)
        } else {
            times[oldest] = occurrence
            oldest = (oldest + 1) % rate.over
        }
        end = now + rate.within
        return 0
    }
}
