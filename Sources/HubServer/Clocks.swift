import Glibc
package import HubCore

/// The machine's two clocks.
package struct Clocks: Sendable {
    package init() {}

    /// Both clocks, read together.
    package func now() -> Instant {
        Instant(wall: wallMicroseconds(), monotonicNs: monotonicNs())
    }

    /// Microseconds since 2000-01-01 UTC.
    package func wallMicroseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec) - 946_684_800) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    package func monotonicNs() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
