import HubCore
import Testing

struct DeclaredProxiesTests {
    private let proxies = DeclaredProxies(
        ["10.0.0.0/8", "2001:db8:1::/48"].compactMap(AddressRange.init(parsing:))
    )

    private func client(_ peer: String, _ fields: [String]) throws -> String? {
        let peer = try #require(NetworkAddress(parsing: peer))
        return proxies.client(peer: peer, forwardedFor: fields)?.description
    }

    @Test(
        "the client is the rightmost address that is no declared proxy",
        arguments: [
            (["192.0.2.1"], "192.0.2.1"), (["198.51.100.7, 192.0.2.1"], "192.0.2.1"),
            (["192.0.2.1, 10.0.0.2"], "192.0.2.1"), (["192.0.2.1", "10.0.0.2"], "192.0.2.1"),
            (["10.0.0.3,10.0.0.2"], "10.0.0.3"), ([], "10.0.0.1"),
            (["nonsense, 192.0.2.1"], "192.0.2.1"), ([" 192.0.2.1\t"], "192.0.2.1"),
            (["192.0.2.1:4711"], "192.0.2.1"), (["[2001:db8::1]:4711"], "2001:db8::1"),
            (["2001:DB8::1"], "2001:db8::1"), (["[2001:db8::1]"], "2001:db8::1"),
            (["192.0.2.1, 2001:db8:1::5"], "192.0.2.1"), (["::ffff:192.0.2.1"], "192.0.2.1"),
        ]
    )
    func clientIsFound(fields: [String], client: String) throws {
        #expect(try self.client("10.0.0.1", fields) == client)
    }

    @Test(
        "what a proxy wrote and is no address is refused, not guessed",
        arguments: [
            "", ",", "192.0.2.1,", "unknown", "_hidden", "192.0.2.1:", "192.0.2.1:x",
            "192.0.2.1:65536", "[192.0.2.1]", "[2001:db8::1", "[2001:db8::1]4711", "192.0.2",
            "192.0.2.1 192.0.2.2", "192.0.2.1, unknown", "unknown, 10.0.0.2", "fe80::1%eth0",
        ]
    )
    func malformedIsRefused(field: String) throws {
        #expect(try client("10.0.0.1", [field]) == nil)
    }

    @Test("a stranger's own header is not looked at")
    func strangersHeaderIsIgnored() throws {
        #expect(try client("203.0.113.9", ["192.0.2.1"]) == "203.0.113.9")
        #expect(try client("203.0.113.9", ["unknown"]) == "203.0.113.9")
    }

    @Test(
        "limits count IPv4 whole and IPv6 by its /64",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::1", "::/64"),
        ]
    )
    func limitKeys(address: String, key: String) {
        #expect(NetworkAddress(parsing: address)?.limitKey == key)
    }
}
