import Glibc

/// How long some work takes on this thread, in milliseconds.
struct Timed {
    let elapsed: Double
    /// Of a processor: what it would take on a machine that does nothing else, but for its disk.
    let processor: Double

    init(_ work: () throws -> Void) rethrows {
        let start = (Self.milliseconds(CLOCK_MONOTONIC), Self.milliseconds(CLOCK_THREAD_CPUTIME_ID))
        try work()
        elapsed = Self.milliseconds(CLOCK_MONOTONIC) - start.0
        processor = Self.milliseconds(CLOCK_THREAD_CPUTIME_ID) - start.1
    }

    private static func milliseconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
    }
}
