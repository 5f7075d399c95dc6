import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

/// That nothing of a subject comes behind the erasure but what a fresh token brings.
struct Forgetting {
    private let hub: SimulatedHub
    /// By subject: when it was forgotten, and the sessions that began since.
    private var erased: [UUID16: (at: Int64, sessions: Set<UUID16>)] = [:]
    private(set) var count = 0

    init(_ hub: SimulatedHub) { self.hub = hub }

    mutating func check(_ event: Event) throws {
        guard let subject = event.subject else { return }
        if event.kind == .erase {
            erased[subject] = (event.at, [])
            count += 1
        }
        // What an operator does about somebody is the operator's.
        guard !event.kind.isKeeping, !event.detail.hasPrefix(#"{"by":"operator""#),
            let since = erased[subject]
        else { return }
        if event.kind == .connect, event.disposition == .allow {
            let row = try #require(hub.subjects[event.seq])
            let claims = try row.withUnsafeBytes { try SubjectRow(decoding: $0) }.claims
            let issuedAt = claims.split(separator: "\"iat\":")[1].prefix { $0.isNumber }
            let mark = TokenMark(id: nil, issuedAt: Int64(issuedAt), key: Fixture.key)
            #expect(mark.issuedAt! > since.at)
            erased[subject]?.sessions.insert(event.session!)
        } else if event.kind == .connect {
            // Refused; where somebody comes from is told of a token alone that was issued since.
            let second = event.at / 1_000_000 * 1_000_000
            #expect(hub.contents[event.seq] == nil || second > since.at)
            #expect(hub.subjects[event.seq] == nil)
        } else if !since.sessions.contains(event.session ?? UUID16(high: 0, low: 0)) {
            #expect(
                hub.contents[event.seq] == nil && hub.subjects[event.seq] == nil,
                "\(event.kind) \(event.detail) at \(event.seq)"
            )
        }
    }
}
