/// A token bucket over a monotonic clock, kept as the one time at which it is full again (GCRA).
package struct TokenBucket: Sendable, Equatable {
    /// Tokens that come back each second.
    private let perSecond: UInt64
    /// Nanoseconds of credit: `burst` tokens' worth.
    private let burstNs: UInt64
    private var fullAtNs: UInt64 = 0

    /// - Parameters:
    ///   - perSecond: tokens that come back each second, 1 or more.
    ///   - burst: tokens that can be taken at once, 1 or more.
    package init(perSecond: Int, burst: Int) {
        self.perSecond = UInt64(max(1, perSecond))
        burstNs = Self.costNs(max(1, burst), self.perSecond)
    }

    package init(_ allowance: Allowance) {
        self.init(perSecond: allowance.perSecond, burst: allowance.atOnce)
    }

    /// Takes so many tokens, or none. More than the burst are there once the bucket is full, so that
    /// nothing waits for ever.
    ///
    /// - Parameter nowNs: monotonic nanoseconds.
    /// - Returns: 0 when they were there, else the nanoseconds until they are.
    package mutating func take(_ count: Int = 1, nowNs: UInt64) -> UInt64 {
        let wait = wait(count, nowNs: nowNs)
        if wait == 0 { fullAtNs = max(fullAtNs, nowNs) + Self.costNs(count, perSecond) }
        return wait
    }

    /// Nanoseconds until so many tokens are there; 0 when they are.
    package func wait(_ count: Int, nowNs: UInt64) -> UInt64 {
        let full = max(fullAtNs, nowNs) + min(Self.costNs(count, perSecond), burstNs)
        return full > nowNs + burstNs ? full - nowNs - burstNs : 0
    }

    /// Whether nothing was taken lately, so that the bucket can be forgotten.
    package func isFull(nowNs: UInt64) -> Bool { fullAtNs <= nowNs }

    /// What tokens cost in nanoseconds: no more than an hour's, so that sums stay far from overflow.
    private static func costNs(_ count: Int, _ perSecond: UInt64) -> UInt64 {
        let (product, overflow) = UInt64(count).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? hourNs : min(product / perSecond, hourNs)
    }

    private static let hourNs: UInt64 = 3_600_000_000_000
}
