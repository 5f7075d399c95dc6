import AuditLog
import Outcomes
import Testing

@testable import HubCore

// What those who run a hub do against members and tokens, and policies that change under everyone.
extension SimulationTests {
    func intervene(_ members: inout [Member], _ hub: SimulatedHub) {
        let index = Int.random(in: 0..<members.count, using: &hub.random)
        let member = members[index]
        let session = hub.loops[member.loop].shard.sessions[slot: member.slot]
        let loop = Int.random(in: 0..<hub.loops.count, using: &hub.random)
        let until = hub.clock + Int64.random(in: 1_000...3_600_000_000, using: &hub.random)
        switch Int.random(in: 0..<10, using: &hub.random) {
        case 0:
            guard let token = session?.token.id else { return }
            hub.operate(.revoke, .revoke(token: token, until: until), on: loop)
        case 1:
            hub.operate(
                .revoke,
                .revoke(token: nil, until: until),
                subject: member.subject,
                on: loop
            )
        case 2..<4:
            let only = Bool.random(using: &hub.random) ? session?.id : nil
            hub.operate(.endSessions, .end(session: only), subject: member.subject, on: loop)
        case 4:
            hub.operate(.impose, .sanction(.ban, until: until), subject: member.subject, on: loop)
        case 5:
            hub.operate(.lift, .sanction(.unban, until: nil), subject: member.subject, on: loop)
        case 6..<8: hub.activate(on: loop)
        default: reopen(&members, hub)
        }
    }

    /// Whoever was let go comes in anew.
    func reopen(_ members: inout [Member], _ hub: SimulatedHub) {
        for index in members.indices {
            let loop = hub.loops[members[index].loop]
            guard let outcome = loop.closed[members[index].slot] else { continue }
            loop.cut(members[index].slot, outcome, at: hub.now)
            members[index] = connect(index, to: hub)
        }
    }

    /// A ban of the whole hub is lifted, where there is one.
    func letIn(_ subject: UUID16, _ hub: SimulatedHub) {
        guard hub.ledger.standing[subject].bannedUntil > hub.clock else { return }
        hub.operate(.lift, .sanction(.unban, until: nil), subject: subject)
        hub.settle()
    }

    /// After a second no session is open by a token that is revoked, or by a key that is withdrawn,
    /// and none of a member who is banned.
    func checkTokens(_ hub: SimulatedHub) {
        let standing = hub.ledger.standing
        for loop in hub.loops {
            loop.shard.endSessions(without: Set(hub.keys))
            for slot in loop.shard.sessions.slots where loop.closed[slot] == nil {
                guard let session = loop.shard.sessions[slot: slot] else { continue }
                #expect(hub.keys.contains(session.token.key))
                #expect(!standing.isRevoked(session.token, of: session.subject))
                #expect(standing[session.subject].bannedUntil <= hub.clock)
            }
        }
    }
}
