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

    @Test("a sanction in a channel counts there and nowhere else, until it is over or lifted")
    func channels() {
        var standing = Standing()
        func apply(_ kind: EventKind, _ channel: String?, until: Int64?, at: Int64) {
            let isFact = standing.apply(
                kind,
                .allow,
                subject: Self.subject,
                channel: channel,
                until: until,
                at: at
            )
            #expect(isFact)
        }
        apply(.ban, "club:a", until: 100, at: 1)
        apply(.mute, "club:b", until: nil, at: 2)
        #expect(standing.bannedUntil(Self.subject, from: "club:a") == 100)
        #expect(standing.bannedUntil(Self.subject, from: "club:b") == 0)
        #expect(standing.mutedUntil(Self.subject, in: "club:b") == .max)
        #expect(standing.mutedUntil(Self.subject, in: "club:a") == 0)
        #expect(standing[Self.subject].bannedUntil == 0 && standing[Self.subject].mutedUntil == 0)
        apply(.mute, nil, until: 50, at: 3)
        #expect(standing.mutedUntil(Self.subject, in: "club:a") == 50)
        apply(.unmute, nil, until: nil, at: 4)
        #expect(standing.mutedUntil(Self.subject, in: "club:b") == .max, "the hub's end is its own")
        apply(.unmute, "club:b", until: nil, at: 5)
        apply(.unban, "club:a", until: nil, at: 6)
        #expect(!standing.isKnown(Self.subject))
    }

    @Test("channels of a member are remembered up to a bound, and forgotten when they are over")
    func channelBound() {
        var standing = Standing()
        for number in 0..<Standing.channelsMax {
            _ = standing.apply(
                .ban,
                .allow,
                subject: Self.subject,
                channel: "club:\(number)",
                until: number == 7 ? 10 : 1_000,
                at: 1
            )
        }
        #expect(!standing.hasRoom(for: "club:x", of: Self.subject, at: 5))
        #expect(standing.hasRoom(for: "club:3", of: Self.subject, at: 5))
        #expect(standing.hasRoom(for: "club:x", of: Self.other, at: 5))
        #expect(standing.hasRoom(for: "club:x", of: Self.subject, at: 10), "one is over")
        _ = standing.apply(
            .mute,
            .allow,
            subject: Self.subject,
            channel: "club:x",
            until: nil,
            at: 10
        )
        #expect(standing[Self.subject].channels.count == Standing.channelsMax)
        #expect(standing[Self.subject].channels["club:7"] == nil)
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

    @Test("past the resumptions that are remembered there is room once their tokens have ended")
    func resumptions() {
        let second: Int64 = 1_000_000
        func session(_ number: Int64) -> UUID16 { UUID16(high: 3, low: UInt64(number)) }
        var standing = Standing(resumedMax: 8)
        for number in Int64(0)..<8 {
            #expect(standing.hasRoomToResume(at: number))
            let until = (number < 4 ? 100 : 200) * second + number
            standing.resume(from: session(number), at: number, until: until)
        }
        #expect(!standing.hasRoomToResume(at: 99 * second))
        #expect(standing.hasRoomToResume(at: 100 * second))
        standing.resume(from: session(9), at: 100 * second, until: 300 * second)
        #expect(!standing.isResumed(session(0)) && standing.isResumed(session(9)))
        // One has made room, and others end in this second: they are looked through in the next.
        #expect(!standing.hasRoomToResume(at: 100 * second + 3))
        #expect(standing.hasRoomToResume(at: 101 * second))
        standing.resume(from: session(10), at: 101 * second, until: 300 * second)
        #expect((1..<4).allSatisfy { !standing.isResumed(session($0)) })
        #expect((4..<8).allSatisfy { standing.isResumed(session($0)) })
        #expect(standing.hasRoomToResume(at: 101 * second))
    }
}
