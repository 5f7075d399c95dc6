import AuditLog
import HubCore
import Outcomes
import Testing

/// Who may call what.
struct OperatorCallTests {
    private static func caller(_ roles: [String], _ rights: [String] = []) -> Operator? {
        Operator(
            pseudonym: UUID16(high: 1, low: 2),
            issuer: "https://id.club.example",
            sub: "olga",
            name: "Olga",
            roles: roles,
            rights: rights,
            token: TokenMark(id: nil, issuedAt: nil, key: Fixture.key)
        )
    }

    @Test(
        "only the role of an operator, or a moderator with channels, makes a caller",
        arguments: [
            ([], ["moderate:*"]), (["coach"], ["moderate:*"]), (["Operator"], []),
            (["moderator"], []), (["moderator"], ["club:demo:*", "MODERATE:*"]),
        ] as [([String], [String])]
    )
    func strangers(roles: [String], rights: [String]) {
        #expect(Self.caller(roles, rights) == nil)
    }

    @Test("an operator reaches everything", arguments: OperatorCall.Name.allCases)
    func operators(name: OperatorCall.Name) throws {
        let caller = try #require(Self.caller(["coach", "operator"]))
        #expect(OperatorCall(name, by: caller).refusal == nil)
        #expect(caller.reaches("any:thing"))
    }

    @Test(
        "a moderator reaches own channels, and what is cut to them",
        arguments: OperatorCall.Name.allCases
    )
    func moderators(name: OperatorCall.Name) throws {
        let caller = try #require(
            Self.caller(["moderator"], ["moderate:club:a:*", "moderate:club:b"])
        )
        #expect(caller.reaches("club:a:u14") && caller.reaches("club:b"))
        #expect(!caller.reaches("club:b:u14") && !caller.reaches("club:c"))
        let whole = OperatorCall(name, by: caller).refusal
        #expect(whole == (name.isCut ? nil : .forbidden))
        #expect(OperatorCall(name, by: caller, channel: "club:a:u14").refusal == nil)
        let other = OperatorCall(name, by: caller, channel: "club:c").refusal
        #expect(other == (name.isCut ? nil : .forbidden))
    }

    @Test("whatever changes something or shows what was said wants a reason")
    func reasons() {
        let wanting = OperatorCall.Name.allCases.filter(\.wantsReason)
        #expect(
            wanting == [
                .endSessions, .slow, .freeze, .unfreeze, .enrol, .withdraw, .impose, .lift,
                .revoke, .activate, .readContent,
            ]
        )
    }
}
