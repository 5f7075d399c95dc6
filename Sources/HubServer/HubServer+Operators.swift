package import HubCore
import NIOCore
import Outcomes

// What the operators' API asks of the shards.
extension HubServer {
    /// Records a call and what it does.
    ///
    /// - Returns: its decision; or that it could not be recorded, and so did nothing.
    package func carryOut(_ call: OperatorCall) async -> Result<Decision, CallRefused> {
        guard let loop = loops.first else { return .failure(CallRefused(.recordUnavailable)) }
        return await withCheckedContinuation { continuation in
            loop.eventLoop.execute {
                let ticket = loop.await(
                    PendingOperation { continuation.resume(returning: $0) }
                )
                loop.shard.propose(call, ticket: ticket, at: loop.clocks.now())
            }
        }
    }

    /// Every open session, in no order.
    package func sessions() async -> [OpenSession] {
        var sessions: [OpenSession] = []
        for loop in loops {
            sessions += (try? await loop.eventLoop.submit { loop.shard.openSessions }.get()) ?? []
        }
        return sessions
    }

    /// Asks one shard's copy of the roster; all agree.
    package func roster<Answer: Sendable>(
        _ question: @escaping @Sendable (inout Roster, Int64) -> Answer
    ) async -> Answer? {
        guard let loop = loops.first else { return nil }
        return try? await loop.eventLoop.submit {
            let now = loop.clocks.now().wall
            return loop.shard.ask { question(&$0, now) }
        }.get()
    }
}

/// A call whose event is on its way into the record.
private final class PendingOperation: PendingHandshake {
    private let told: (Result<Decision, CallRefused>) -> Void

    init(told: @escaping (Result<Decision, CallRefused>) -> Void) { self.told = told }

    func recorded(decision: Decision?, outcome: Outcome?) {
        told(decision.map(Result.success) ?? .failure(CallRefused(outcome ?? .busy)))
    }
}
