import AuditLog
import HubCore
import Testing

struct AccountsTests {
    private let ann = UUID16(high: 1, low: 1)
    private let ben = UUID16(high: 2, low: 2)
    private let second: UInt64 = 1_000_000_000

    private func limits(_ change: (inout RateLimits) -> Void) -> RateLimits {
        var limits = RateLimits()
        change(&limits)
        return limits
    }

    @Test("handshakes past what is there at once wait for their token, each address by itself")
    func handshakes() {
        let accounts = Accounts(
            limits { $0.address.handshakes = Allowance(perSecond: 10, atOnce: 2) }
        )
        let waits = [("a", 1), ("a", 1), ("a", 1), ("b", 1), ("a", 100_000_001)].map {
            accounts.takeHandshake(address: $0.0, nowNs: $0.1)
        }
        #expect(waits == [0, 0, 100_000_000, 0, 0])
    }

    @Test("an address connects four times as often as it shakes hands, counted apart")
    func connections() {
        let accounts = Accounts(
            limits { $0.address.handshakes = Allowance(perSecond: 10, atOnce: 2) }
        )
        let waits = (0..<9).map { _ in accounts.takeConnection(address: "a", nowNs: 1) }
        #expect(waits == [0, 0, 0, 0, 0, 0, 0, 0, 25_000_000])
        #expect(accounts.takeConnection(address: "b", nowNs: 1) == 0)
        #expect(accounts.takeHandshake(address: "a", nowNs: 1) == 0)
        #expect(accounts.takeConnection(address: "a", nowNs: 25_000_001) == 0)
    }

    @Test("all sessions of a subject share its messages, whatever their addresses")
    func subject() {
        let accounts = Accounts(
            limits { $0.subject.messages = Allowance(perSecond: 1, atOnce: 2) }
        )
        let phone = accounts.ofSession(subject: ann, address: "192.0.2.1", nowNs: 0)
        let laptop = accounts.ofSession(subject: ann, address: "192.0.2.2", nowNs: 0)
        let other = accounts.ofSession(subject: ben, address: "192.0.2.1", nowNs: 0)
        let waits = [phone, laptop, laptop, other].map {
            $0[0].takeMessage(bytes: 10, nowNs: 0)
        }
        #expect(waits == [0, 0, second, 0])
        #expect(phone[0].takeMessage(bytes: 10, nowNs: second) == 0)
    }

    @Test(
        "IPv6 addresses of one /64 share one account, those of two don't",
        arguments: [
            ("2001:db8::1", "2001:db8::ffff:2", true), ("2001:db8::1", "2001:db8:0:1::1", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ]
    )
    func networks(one: String, two: String, share: Bool) {
        let accounts = Accounts(
            limits { $0.address.bytes = Allowance(perSecond: 100, atOnce: 100) }
        )
        let first = accounts.ofSession(subject: ann, address: one, nowNs: 0)
        let second = accounts.ofSession(subject: ben, address: two, nowNs: 0)
        #expect(first[0].takeMessage(bytes: 100, nowNs: 0) == 0)
        #expect((second[0].takeMessage(bytes: 50, nowNs: 0) > 0) == share)
    }

    @Test("a message takes its number and its bytes, or neither")
    func bothOrNeither() throws {
        let accounts = Accounts(
            limits {
                $0.channel.messages = Allowance(perSecond: 1, atOnce: 2)
                $0.channel.bytes = Allowance(perSecond: 100, atOnce: 100)
            }
        )
        let channel = try #require(accounts.ofChannel(7, nowNs: 0))
        #expect(channel.takeMessage(bytes: 90, nowNs: 0) == 0)
        #expect(channel.takeMessage(bytes: 90, nowNs: 0) == 800_000_000)
        #expect(channel.takeMessage(bytes: 10, nowNs: 0) == 0, "the message before took no token")
    }

    @Test("a message of more bytes than are there at once passes a full bucket, and is paid whole")
    func larger() {
        var bucket = TokenBucket(perSecond: 100, burst: 100)
        #expect(bucket.take(1000, nowNs: 0) == 0)
        #expect(bucket.take(1, nowNs: 0) == 9 * second + 10_000_000)
    }

    @Test("memory is bounded: who comes past the bound shares, until the idle are forgotten")
    func bounded() {
        let accounts = Accounts(
            limits { $0.address.handshakes = Allowance(perSecond: 1, atOnce: 1) },
            accountsMax: 3
        )
        let waits = ["a", "b", "c", "d", "e"].map {
            accounts.takeHandshake(address: $0, nowNs: 2 * second)
        }
        #expect(waits == [0, 0, 0, 0, second], "d and e share one account")
        #expect(accounts.count == 3)
        #expect(accounts.takeHandshake(address: "f", nowNs: 4 * second) == 0)
        #expect(accounts.takeHandshake(address: "f", nowNs: 4 * second) == second)
        #expect(accounts.takeHandshake(address: "g", nowNs: 4 * second) == 0, "not f's account")
        #expect(accounts.count == 2)
    }

    @Test("an account that a session holds is never forgotten, so that no one gets a second one")
    func held() {
        let accounts = Accounts(
            limits { $0.subject.messages = Allowance(perSecond: 1, atOnce: 1) },
            accountsMax: 1
        )
        let phone = accounts.ofSession(subject: ann, address: "", nowNs: 0)
        _ = accounts.ofSession(subject: ben, address: "", nowNs: 9 * second)
        let laptop = accounts.ofSession(subject: ann, address: "", nowNs: 9 * second)
        #expect(phone[0] === laptop[0])
    }

    @Test("where nothing is limited nothing is held or locked")
    func none() {
        let accounts = Accounts(RateLimits())
        #expect(accounts.ofSession(subject: ann, address: "", nowNs: 0).isEmpty)
        #expect(accounts.ofChannel(1, nowNs: 0) == nil)
        #expect(accounts.count == 0)
    }
}
