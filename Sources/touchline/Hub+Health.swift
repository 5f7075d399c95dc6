import AuditStore
import Console
import HubServer
import Synchronization

extension Hub {
    /// Whether members should be sent here, and what is wrong.
    func readiness() -> Readiness {
        var readiness = Readiness(shipping: shipper.status, now: Clocks().wallMicroseconds())
        if let failure { readiness.reasons.append("The record failed: \(failure)") }
        if let refusing = recorder.snapshot.refusing, failure == nil {
            readiness.reasons.append("New work is refused: \(refusing).")
        }
        let waiting = recorder.snapshot.waiting
        if waiting >= .seconds(2), failure == nil {
            readiness.reasons.append(
                "The journal's disk has not answered for \(waiting.components.seconds) s: nothing is"
                    + " answered or delivered until it does."
            )
        }
        if let warning = journalHealth.warning { readiness.degraded.append(warning) }
        if !isAccepting {
            readiness.reasons.append("The hub does not accept connections yet, or no longer.")
        }
        if let problem = policies.withLock({ $0.folderProblem }) {
            readiness.degraded.append(problem)
        }
        if let problem = ClockAlarm.problem(recorder.snapshot, shipper.status) {
            readiness.degraded.append(problem)
        }
        if policies.withLock({ $0.refused }) != nil {
            readiness.degraded.append(
                "The newest policies are not in force: the journal has had no room to record them."
            )
        }
        readiness.degraded += checkpoints.problems
        readiness.degraded += keys.problems
        return readiness
    }
}
