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

    /// Who belongs to a channel or is in it; nil when nobody is and nobody does.
    package func roster(of channel: String) async -> [RosterPlace]? {
        await ask { shard, now in shard.places(in: channel, at: now) } ?? nil
    }

    /// Channels that anyone belongs to or is in, or that something is set for, by name.
    package func channels() async -> [OpenChannel] {
        await ask { shard, now in shard.openChannels(at: now) } ?? []
    }

    /// Asks the shard that calls are proposed to; all have the same state.
    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (Shard<ShardLoop>, Instant) -> Answer
    ) async -> Answer? {
        guard let loop = loops.first else { return nil }
        return try? await loop.eventLoop.submit { question(loop.shard, loop.clocks.now()) }.get()
    }
}

/// A call whose event is on its way into the record.
private final class PendingOperation: PendingHandshake {
    private let told: (Result<Decision, CallRefused>) -> Void

    init(told: @escaping (Result<Decision, CallRefused>) -> Void) { self.told = told }

    func recorded(decision: Decision?, outcome: Outcome?) {
        if let decision, outcome == nil {
            told(.success(decision))
        } else {
            told(.failure(CallRefused(outcome ?? .busy, decision)))
        }
    }
}
