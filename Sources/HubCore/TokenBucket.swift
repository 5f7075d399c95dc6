/// A token bucket over a monotonic clock, kept as the one time at which it is full again (GCRA).
package struct TokenBucket: Sendable, Equatable {
    /// Nanoseconds that one token costs.
    package let intervalNs: UInt64
    /// Nanoseconds of credit: `burst` tokens' worth.
    package let burstNs: UInt64
    private var fullAtNs: UInt64 = 0

    /// - Parameters:
    ///   - perSecond: tokens that come back each second, 1 or more.
    ///   - burst: tokens that can be taken at once, 1 or more.
    package init(perSecond: Int, burst: Int) {
        intervalNs = 1_000_000_000 / UInt64(max(1, perSecond))
        burstNs = intervalNs * UInt64(max(1, burst))
    }

    /// Takes one token.
    ///
    /// - Parameter nowNs: monotonic nanoseconds.
    /// - Returns: 0 when it was there, else the nanoseconds until it is.
    package mutating func take(nowNs: UInt64) -> UInt64 {
        let full = max(fullAtNs, nowNs) + intervalNs
        guard full <= nowNs + burstNs else { return full - nowNs - burstNs }
        fullAtNs = full
        return 0
    }

    /// Whether nothing was taken lately, so that the bucket can be forgotten.
    package func isFull(nowNs: UInt64) -> Bool { fullAtNs <= nowNs }
}
