/// How often something took how long, in buckets whose bounds double.
///
/// To count is one look at the leading zeros and two additions: no lock and, unless a copy of it is
/// about, no allocation.
package struct Histogram: Sendable, Equatable {
    /// Bounds of a histogram; what is longer than the last goes into one bucket more.
    package static let boundCount = 27

    /// The first bound is two to the power of this, in nanoseconds.
    private let firstExponent: Int
    /// How often a time fell into each bucket; the last is for those beyond all bounds.
    package private(set) var counts = [UInt64](repeating: 0, count: boundCount + 1)
    /// All times together.
    package private(set) var sumNs: UInt64 = 0

    private init(firstExponent: Int) { self.firstExponent = firstExponent }

    /// From 1.024 µs to 69 s: what a processor or a disk does.
    package static var ofWork: Histogram { Histogram(firstExponent: 10) }
    /// From 1.05 ms to 19.5 h: how long something can wait for a database.
    package static var ofWaiting: Histogram { Histogram(firstExponent: 20) }

    /// Counts one time, or several that are equal.
    package mutating func add(_ ns: UInt64, times: UInt64 = 1) {
        // The smallest power of two that is not less.
        let exponent = ns > 1 ? UInt64.bitWidth - (ns - 1).leadingZeroBitCount : 0
        counts[min(max(exponent - firstExponent, 0), Self.boundCount)] &+= times
        sumNs &+= ns &* times
    }

    /// Takes in what another one with the same bounds has counted.
    package mutating func add(_ other: Histogram) {
        precondition(firstExponent == other.firstExponent, "only equal bounds add up")
        for index in counts.indices { counts[index] &+= other.counts[index] }
        sumNs &+= other.sumNs
    }

    /// Upper bounds of all buckets but the last, in seconds; a time that equals one is within.
    package var boundsSeconds: [Double] {
        (0..<Self.boundCount).map { Double(UInt64(1) << UInt64(firstExponent + $0)) / 1e9 }
    }

    /// All times that were counted.
    package var count: UInt64 { counts.reduce(0, &+) }
}
