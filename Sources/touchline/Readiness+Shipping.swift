import AuditStore
import Console

extension Readiness {
    /// What shipping says: an absent or slow database does not keep members away, because the
    /// journal carries on; another hub with the same log does.
    ///
    /// - Parameter now: microseconds since 2000-01-01 UTC.
    init(shipping status: ShipperStatus, now: Int64) {
        self.init()
        if let halted = status.halted {
            reasons.append("Shipping to PostgreSQL has ended: \(halted)")
        } else if !status.isConnected {
            let reason = status.lastError.map { ": \($0)" } ?? ""
            degraded.append(
                "PostgreSQL is away, \(status.lag) events wait in the journal\(reason)"
            )
        } else if let oldest = status.oldestWaitingAt, now - oldest > Self.lateUs {
            degraded.append(
                "PostgreSQL is behind: \(status.lag) events wait in the journal, the oldest for"
                    + " \((now - oldest) / 1_000_000) s."
            )
        }
        if status.quarantined > 0 {
            degraded.append(
                "\(status.quarantined) records since the start were refused by PostgreSQL: see"
                    + " audit.quarantined."
            )
        }
    }

    /// Events are shipped within a second; a minute is far behind.
    private static let lateUs: Int64 = 60_000_000
}
