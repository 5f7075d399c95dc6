import Handshake
import Outcomes
import PolicyEngine

// Refusals of the steps that need more than the request: limits, and the policy's connection rules.
extension Refusal {
    /// Somebody connects more often than they may.
    ///
    /// - Parameter waitNs: nanoseconds until they may again.
    static func tooOften(
        _ who: String,
        _ waitNs: UInt64,
        _ principal: Principal? = nil
    ) -> Refusal {
        Refusal(
            .tooManyConnections,
            at: .limits,
            detail: who + " connects too often: wait a moment.",
            principal: principal,
            retryAfterSeconds: Int(waitNs / 1_000_000_000) + 1
        )
    }

    /// The connection rules say no.
    init(_ verdict: Verdict, _ principal: Principal) {
        self.init(
            .connectionRefused,
            at: .rules,
            detail: verdict.say,
            principal: principal,
            retryAfterSeconds: verdict.retryAfterMs.map { $0 / 1000 + 1 }
        )
    }
}
