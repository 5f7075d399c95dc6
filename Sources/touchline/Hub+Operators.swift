import AuditLog
import AuditStore
import Handshake
import HubCore
import HubServer
import NIOPosix
import Outcomes
import PolicyEngine
import PolicyFiles
import Synchronization

// The operators' API, carried out.
extension Hub: OperatedHub {
    var now: Int64 { Clocks().wallMicroseconds() }

    func authenticate(bearer token: String) -> Result<Operator, CallRefused> {
        let now = Clocks().now().unixTime
        let tokens = entrance.gates.current.tokens
        switch tokens.verify(token, at: now) {
        case .failure(let fault):
            if fault.asksForKeys, let issuer = tokens.issuer(namedBy: token) {
                entrance.gates.ask(forKeysOf: issuer)
            }
            return .failure(CallRefused(fault.outcome))
        case .success(let principal):
            let known = Operator(
                pseudonym: entrance.pseudonyms.pseudonym(of: principal),
                issuer: principal.issuer,
                sub: principal.subject,
                name: principal.name ?? principal.subject,
                roles: principal.roles,
                rights: principal.rights,
                token: entrance.mark(of: principal)
            )
            return known.map(Result.success) ?? .failure(CallRefused(.forbidden))
        }
    }

    var tokensEnd: Int64 {
        let longest = entrance.gates.current.tokens.issuers.map {
            $0.lifetimeMaxSeconds + 2 * $0.leewaySeconds
        }.max()
        return now + (longest ?? 0) * 1_000_000
    }

    /// Proposes what a keeper asked for.
    ///
    /// - Parameter recorded: called with its decision; with nil when it could not be recorded.
    func record(_ keeping: Keeping, recorded: @escaping @Sendable (Decision?) -> Void) {
        var keeping = keeping
        if keeping.kind == .erase { keeping.until = tokensEnd }
        server.record(keeping, recorded: recorded)
    }

    var issuers: [String] { entrance.gates.current.tokens.issuers.map(\.name) }

    func tokenMark(issuer: String, id: String) -> UUID16 {
        entrance.pseudonyms.mark(ofToken: id, issuer: issuer)
    }

    func carryOut(_ call: OperatorCall) async -> Result<Decision, CallRefused> {
        await server.carryOut(call)
    }

    func sessions() async -> [OpenSession] { await server.sessions() }

    func roster(of channel: String) async -> [RosterPlace]? {
        await server.roster(of: channel)
    }

    func channels() async -> [OpenChannel] { await server.channels() }

    func activate(
        digest: [UInt8]?,
        _ call: OperatorCall
    ) async -> Result<Decision, PoliciesRefused> {
        let bundle: PolicyEngine.Bundle
        switch await policies(digest) {
        case .failure(let refused): return .failure(refused)
        case .success(let loaded): bundle = loaded
        }
        let decision = await withCheckedContinuation { continuation in
            putInForce(Activation(bundle, by: call)) { continuation.resume(returning: $0) }
        }
        guard let decision else {
            return .failure(
                PoliciesRefused(
                    "They can't be recorded now: the journal has no room, or the hub is ending."
                )
            )
        }
        return .success(decision)
    }

    private func policies(
        _ digest: [UInt8]?
    ) async -> Result<PolicyEngine.Bundle, PoliciesRefused> {
        let policies = configuration.policies
        let database = configuration.database.connection
        do {
            return try await Self.atDesk {
                guard let digest else {
                    return policies.source.load().mapError { PoliciesRefused("\($0)") }
                }
                let found = try RecordDesk(connecting: database).files(of: digest)
                return RecordedPolicies.load(found, of: digest, policies.patterns).mapError {
                    PoliciesRefused("\($0)")
                }
            }
        } catch {
            return .failure(PoliciesRefused("PostgreSQL can't be asked for them now."))
        }
    }

    func ask(_ question: RecordQuestion) async throws -> String {
        let database = configuration.database.connection
        return try await Self.atDesk {
            try RecordDesk(connecting: database).answer(question)
        }
    }

    /// Does what waits for PostgreSQL in one of a few threads that nothing else needs.
    ///
    /// - Throws: `DeskFull` when too many wait already: a database that hangs holds no more callers.
    private static func atDesk<Answer: Sendable>(
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        defer { asking.subtract(1, ordering: .relaxed) }
        guard asking.add(1, ordering: .relaxed).newValue <= askingMax else { throw DeskFull() }
        return try await desks.runIfActive(body)
    }

    private struct DeskFull: Error {}

    private static let desks = {
        let threads = NIOThreadPool(numberOfThreads: 4)
        threads.start()
        return threads
    }()
    private static let asking = Atomic(0)
    /// Each question takes 10 s at most, so nobody waits for much longer than a minute.
    private static let askingMax = 32
}
