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
}
