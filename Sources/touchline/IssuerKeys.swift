import Handshake
import HubServer
import Logging
import Synchronization

/// The keys of all issuers, from files and from where issuers publish them; puts the gate that they
/// make in force.
///
/// Nothing here runs on the hub's event loops.
final class IssuerKeys: Sendable {
    private let gates: GateInForce
    private let logger: Logger
    private let state: Mutex<State>

    private struct State {
        /// The issuers with the keys of their files.
        var issuers: [TokenIssuer]
        var sets: [PublishedKeySet]
        var fetches: UInt64 = 0
    }

    /// - Parameter gates: holds the issuers with the keys of their files.
    init(_ issuers: [Configuration.Issuer], gates: GateInForce, logger: Logger) {
        self.gates = gates
        self.logger = logger
        let now = ContinuousClock.now
        let sets = issuers.flatMap { issuer in
            issuer.keyAddresses.map {
                PublishedKeySet(issuer: issuer.issuer, address: $0, at: now)
            }
        }
        state = Mutex(State(issuers: gates.current.tokens.issuers, sets: sets))
    }

    /// Takes issuers whose files were read again.
    func replaceFiles(_ issuers: [TokenIssuer]) throws(KeyProblem) {
        let problem = state.withLock { state -> KeyProblem? in
            do throws(KeyProblem) {
                try putInForce(issuers, state.sets)
                state.issuers = issuers
            } catch {
                return error
            }
            return nil
        }
        if let problem { throw problem }
    }

    /// Has everything fetched again now.
    func fetchAgain() {
        let now = ContinuousClock.now
        state.withLock { state in
            for index in state.sets.indices { state.sets[index].demand(at: now) }
        }
    }

    /// Begins the fetches that are due; never waits.
    func look() {
        let keyless = gates.takeKeylessIssuers()
        let now = ContinuousClock.now
        let due = state.withLock { state in
            state.sets.indices.filter { index in
                if keyless.contains(state.sets[index].issuer) { state.sets[index].ask(at: now) }
                guard state.sets[index].begin(at: now) else { return false }
                state.fetches += 1
                return true
            }.map { ($0, state.sets[$0].address) }
        }
        for (index, address) in due {
            Task { [self] in
                do throws(CommandFault) {
                    let (set, maxAge) = try await KeySetFetch(address: address).run()
                    take(set, maxAge, index)
                } catch {
                    fail("\(error)", index)
                }
            }
        }
    }

    /// Fetches everything for the first time, and waits until each fetch has ended or the time is
    /// over.
    func fetchFirst(within time: Duration) async {
        look()
        let end = ContinuousClock.now + time
        while state.withLock({ $0.sets.contains { !$0.isTried } }), ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func take(_ set: JSONWebKey.Set, _ maxAge: Duration?, _ index: Int) {
        let (before, problem) = state.withLock { state -> (PublishedKeySet, KeyProblem?) in
            let before = state.sets[index]
            var sets = state.sets
            sets[index].take(set, maxAge: maxAge, at: .now)
            do throws(KeyProblem) {
                try putInForce(state.issuers, sets)
                state.sets = sets
                return (before, nil)
            } catch {
                return (before, error)
            }
        }
        if let problem { return fail("\(before.address.url): \(problem)", index) }
        let keys = set.keys.map(\.identity)
        guard
            before.problem != nil || before.keys.map(\.identity) != keys
                || before.skipped != set.skipped
        else { return }
        for key in set.skipped {
            logger.warning(
                "Key \(key.index + 1) of \(before.address.url) is left out: \(key.reason)"
            )
        }
        logger.notice("\(before.issuer) publishes \(keys.count) usable keys.")
    }

    private func fail(_ problem: String, _ index: Int) {
        let now = ContinuousClock.now
        let (before, after) = state.withLock { state in
            let before = state.sets[index]
            state.sets[index].fail(problem, at: now)
            return (before, state.sets[index])
        }
        if before.problem != problem, let warning = after.warning(at: now) {
            logger.error("\(warning)")
        }
    }

    /// Makes the gate of all keys and puts it in force; called with the lock held, so that an older one
    /// never replaces a newer.
    private func putInForce(
        _ issuers: [TokenIssuer],
        _ sets: [PublishedKeySet]
    ) throws(KeyProblem) {
        var gate = gates.current
        var complete = issuers
        for index in complete.indices {
            let published = sets.filter { $0.issuer == complete[index].name }.flatMap(\.keys)
            complete[index].keys = try KeySet(complete[index].keys.keys + published)
        }
        gate.tokens = try TokenVerifier(complete)
        gates.replace(with: gate)
    }

    /// What an operator should look at.
    var problems: [String] {
        let now = ContinuousClock.now
        return state.withLock { $0.sets.compactMap { $0.warning(at: now) } }
    }

    /// Fetches begun, sets whose last fetch failed, and how long ago the set came that is the oldest.
    var counts: (fetches: UInt64, failing: Int, oldest: Duration) {
        let now = ContinuousClock.now
        return state.withLock { state in
            (
                state.fetches,
                state.sets.count { $0.problem != nil },
                state.sets.compactMap(\.goodAt).map { now - $0 }.max() ?? .zero
            )
        }
    }
}
