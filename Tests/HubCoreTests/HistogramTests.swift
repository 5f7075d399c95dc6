import HubCore
import Testing

/// Times in buckets that double.
struct HistogramTests {
    /// The bucket that one time falls into.
    private func bucket(_ ns: UInt64, _ empty: Histogram) -> Int? {
        var histogram = empty
        histogram.add(ns)
        return histogram.counts.firstIndex(of: 1)
    }

    @Test("a time that equals a bound is within it, one more is beyond")
    func bounds() {
        for (index, bound) in Histogram.ofWork.boundsSeconds.enumerated() {
            let ns = UInt64((bound * 1e9).rounded())
            #expect(bucket(ns, .ofWork) == index)
            #expect(bucket(ns + 1, .ofWork) == index + 1)
        }
    }

    @Test("the shortest and the longest times have a bucket")
    func extremes() {
        #expect(bucket(0, .ofWork) == 0)
        #expect(bucket(1, .ofWork) == 0)
        #expect(bucket(.max, .ofWork) == Histogram.boundCount)
        #expect(bucket(1_000_000, .ofWaiting) == 0)
        #expect(bucket(100_000 * 1_000_000_000, .ofWaiting) == Histogram.boundCount)
        #expect(Histogram.ofWork.boundsSeconds.first == 1.024e-6)
        #expect((Histogram.ofWork.boundsSeconds.last ?? 0) > 60, "a stalled disk")
        #expect((Histogram.ofWaiting.boundsSeconds.last ?? 0) > 19 * 3600, "a database away")
    }

    @Test("counts and sums add up, within one and of two")
    func sums() {
        var one = Histogram.ofWork
        one.add(3000, times: 5)
        one.add(1)
        var other = Histogram.ofWork
        other.add(3000)
        #expect((one.count, one.sumNs) == (6, 15_001))
        one.add(other)
        #expect((one.count, one.sumNs) == (7, 18_001))
        #expect(one.counts[2] == 6, "3000 ns is over 2048 and within 4096")
        one.add(1, times: 0)
        #expect(one.count == 7)
    }
}
