import AuditStore
import Console
import Testing

@testable import touchline

/// What the probe says of shipping.
struct ReadinessTests {
    private var connected: ShipperStatus {
        var status = ShipperStatus()
        status.isConnected = true
        status.watermark = 5
        status.durableSeq = 5
        return status
    }

    @Test("a hub whose events arrive is ready and whole")
    func whole() {
        var status = connected
        status.durableSeq = 9
        status.oldestWaitingAt = 0
        let readiness = Readiness(shipping: status, now: 60_000_000)
        #expect(readiness.isReady)
        #expect(readiness.degraded.isEmpty)
    }

    @Test("without its database a hub is ready, and says what waits and why")
    func databaseAway() {
        var status = connected
        status.isConnected = false
        status.durableSeq = 9
        status.lastError = "SQLSTATE 08006: gone"
        let readiness = Readiness(shipping: status, now: 0)
        #expect(readiness.isReady)
        #expect(
            readiness.degraded == [
                "PostgreSQL is away, 4 events wait in the journal: SQLSTATE 08006: gone"
            ]
        )
    }

    @Test("far behind and in quarantine are two faults of a ready hub")
    func behind() {
        var status = connected
        status.durableSeq = 9
        status.oldestWaitingAt = 0
        status.quarantined = 2
        let readiness = Readiness(shipping: status, now: 61_000_000)
        #expect(readiness.isReady)
        #expect(readiness.degraded.count == 2)
        #expect(readiness.degraded[0].contains("the oldest for 61 s"))
    }

    @Test("a hub whose log another has taken is not ready")
    func halted() {
        var status = connected
        status.halted = "another hub has taken the log"
        let readiness = Readiness(shipping: status, now: 0)
        #expect(
            readiness.reasons == [
                "Shipping to PostgreSQL has ended: another hub has taken the log"
            ]
        )
    }
}
