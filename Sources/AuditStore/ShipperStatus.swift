package import HubCore

/// How the shipper is doing, for readiness and metrics.
package struct ShipperStatus: Sendable, Equatable {
    /// The newest `seq` in the database; nil before the first connection.
    package var watermark: Int64?
    /// The newest `seq` in the journal that the shipper has seen.
    package var durableSeq: Int64 = 0
    package var isConnected = false
    /// The last failure, safe to log; nil while all is well.
    package var lastError: String?
    /// Set for good when shipping has ended because another hub has the log, or records are missing.
    package var halted: String?
    /// Another hub has the log: what is recorded here can't be shipped any more.
    package var isTaken = false
    /// The thread has returned.
    package var hasEnded = false
    /// Time of the oldest event that waits, microseconds since 2000-01-01 UTC; nil when none does.
    /// While the database is away it may be some seconds late.
    package var oldestWaitingAt: Int64?
    /// How far this machine's clock was ahead of the database's at the last shipment, microseconds.
    package var clockAheadUs: Int64 = 0
    /// Since the start: rows shipped, their bytes, transactions, rows put into quarantine.
    package var rows: UInt64 = 0
    package var bytes: UInt64 = 0
    package var transactions: UInt64 = 0
    package var quarantined: UInt64 = 0
    /// From each event's time to the commit that brought it into the database, or into quarantine.
    package var lags = Histogram.ofWaiting

    package init() {}

    /// Events that are durable here and not yet in the database.
    package var lag: Int64 { max(0, durableSeq - (watermark ?? 0)) }
}
