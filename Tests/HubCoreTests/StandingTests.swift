import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("What is held against a member")
struct StandingTests {
    private static let subject = UUID16(high: 1, low: 1)
    private static let other = UUID16(high: 1, low: 2)

    @Test("strikes are kept in order of time, and no longer than they count")
    func decay() {
        var standing = Standing()
        for (index, at) in [0, 10, Standing.strikeLifetime + 5].enumerated() {
            standing.apply(
                Strike(rule: "swearing", at: Int64(at), count: index + 1),
                to: Self.subject
            )
        }
        #expect(standing[Self.subject].strikes.map(\.count) == [2, 3])
        #expect(standing.isKnown(Self.subject))
    }

    @Test("the newest strikes of a member by one rule are remembered, not all")
    func bound() {
        var standing = Standing()
        standing.apply(Strike(rule: "other", at: 0, count: -1), to: Self.subject)
        for number in 0..<Standing.strikesMax + 7 {
            standing.apply(Strike(rule: "r", at: Int64(number), count: number), to: Self.subject)
        }
        let counts = standing[Self.subject].strikes.map(\.count)
        #expect(counts == [-1] + Array(7..<Standing.strikesMax + 7))
    }

    @Test("who has only decayed strikes is forgotten when others are struck")
    func sweep() {
        var standing = Standing()
        standing.apply(Strike(rule: "r", at: 1, count: 1), to: Self.other)
        let later = 2 * Standing.strikeLifetime + 2
        standing.apply(Strike(rule: "r", at: later, count: 1), to: Self.subject)
        #expect(!standing.isKnown(Self.other) && standing.count == 1)
    }

    @Test("a revocation counts for one token, or for what was issued so far")
    func revocations() {
        let (ann, bob) = (UUID16(high: 1, low: 1), UUID16(high: 1, low: 2))
        let stolen = UUID16(high: 9, low: 9)
        func token(_ id: UUID16?, _ second: Int64?) -> TokenMark {
            TokenMark(
                id: id,
                issuedAt: second.map { $0 + Row.epochUnixSeconds },
                key: Fixture.key
            )
        }
        var standing = Standing()
        standing.revoke(token: stolen, of: nil, at: 10_000_000, until: 20_000_000)
        #expect(standing.isRevoked(token(stolen, 99), of: bob))
        #expect(!standing.isRevoked(token(nil, 1), of: bob))
        standing.revoke(token: nil, of: ann, at: 10_500_000, until: 30_000_000)
        #expect(standing.isRevoked(token(nil, 10), of: ann))
        #expect(standing.isRevoked(token(nil, nil), of: ann), "it may be as old as can be")
        #expect(!standing.isRevoked(token(nil, 11), of: ann))
        #expect(!standing.isRevoked(token(nil, 10), of: bob))
        let other = UUID16(high: 9, low: 8)
        standing.revoke(token: other, of: nil, at: 25_000_000, until: 40_000_000)
        #expect(!standing.isRevoked(token(stolen, 1), of: bob), "it has expired, and is forgotten")
    }
}
