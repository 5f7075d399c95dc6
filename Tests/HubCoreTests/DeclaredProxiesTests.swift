import HubCore
import Testing

struct DeclaredProxiesTests {
    private let proxies = DeclaredProxies(
        ["10.0.0.0/8", "2001:db8:1::/48"].compactMap(AddressRange.init(parsing:))
    )

    private func client(_ peer: String, _ fields: [String]) throws -> String? {
        try client(peer, ForwardingFields(forwarded: [], forwardedFor: fields, forwardedProto: []))?
            .address.description
    }

    private func client(_ peer: String, _ fields: ForwardingFields) throws -> ForwardedClient? {
        proxies.client(peer: try #require(NetworkAddress(parsing: peer)), fields)
    }

    private func client(forwarded: [String]) throws -> ForwardedClient? {
        try client(
            "10.0.0.1",
            ForwardingFields(forwarded: forwarded, forwardedFor: [], forwardedProto: [])
        )
    }

    @Test(
        "Forwarded names the client like X-Forwarded-For, and whether it was encrypted",
        arguments: [
            (["for=192.0.2.1"], "192.0.2.1", nil),
            (["For=192.0.2.1;PROTO=https"], "192.0.2.1", true),
            ([#"for="192.0.2.1:4711";proto=http"#], "192.0.2.1", false),
            ([#"for="[2001:db8::1]""#], "2001:db8::1", nil),
            (
                [#"proto="https";by=10.0.0.1;for="[2001:DB8::1]:4711";host=a.b"#], "2001:db8::1",
                true
            ),
            ([#"for="192.0.2.1:_x1""#], "192.0.2.1", nil),
            (["for=198.51.100.7, for=192.0.2.1"], "192.0.2.1", nil),
            (["for=192.0.2.1;proto=https,for=10.0.0.2;proto=http"], "192.0.2.1", true),
            (["for=192.0.2.1;proto=https", "for=10.0.0.2"], "192.0.2.1", true),
            (["nonsense", "for=192.0.2.1"], "192.0.2.1", nil),
            (["for=unknown, for=192.0.2.1"], "192.0.2.1", nil),
            ([#"for=_a;host="x, for=1.1.1.1", for=192.0.2.1"#], "192.0.2.1", nil),
            (["for=10.0.0.3,\t for=10.0.0.2 "], "10.0.0.3", nil),
            (["for=\"\\192.0.2.1\";x-new=\"a\\\"b\""], "192.0.2.1", nil),
        ] as [([String], String, Bool?)]
    )
    func forwardedIsRead(fields: [String], address: String, isTLS: Bool?) throws {
        let client = try #require(try client(forwarded: fields))
        #expect(client.address.description == address)
        #expect(client.isTLS == isTLS)
    }

    @Test(
        "a Forwarded that is not of its form, or names no address, is refused",
        arguments: [
            "", " ", ",", "for=192.0.2.1,", ",for=192.0.2.1", "for=192.0.2.1,,for=10.0.0.2",
            "for=unknown", "for=_hidden", #"for="_hidden""#, "proto=https", "for=", "for",
            "=192.0.2.1",
            "for=192.0.2.1;", ";for=192.0.2.1", "for=192.0.2.1;for=192.0.2.2", "for = 192.0.2.1",
            "for=192.0.2.1; proto=https", "for=192.0.2.1 ;proto=https", "for=192.0.2.1:4711",
            "for=[2001:db8::1]", "for=2001:db8::1", #"for="2001:db8::1""#, #"for="[192.0.2.1]""#,
            #"for="[2001:db8::1""#, #"for="[2001:db8::1]4711""#, #"for="192.0.2.1:""#,
            #"for="192.0.2.1:65536""#, #"for="192.0.2.1:_""#, #"for="192.0.2.1"#,
            #"for="192.0.2.1\"#,
            #"for="192.0.2.1"x"#, "for=\"192.0.2.1\u{1}\"", "for=192.0.2.1;host=\"",
            #"for=1.1.1.1;host=", for="[2001:db8::1]:4711""#, "for=192.0.2.1 10.0.0.2",
            "for=192.0.2.1, for=unknown", "for=unknown, for=10.0.0.2", "192.0.2.1",
        ]
    )
    func malformedForwardedIsRefused(field: String) throws {
        #expect(try client(forwarded: [field]) == nil)
    }

    @Test(
        "where both fields are, both must name the same client",
        arguments: [
            ("for=192.0.2.1", "192.0.2.1", [], "192.0.2.1", nil),
            ("for=192.0.2.1;proto=https", "192.0.2.1", ["https"], "192.0.2.1", true),
            ("for=192.0.2.1;proto=https", "192.0.2.1", ["http"], "192.0.2.1", false),
            ("for=192.0.2.1;proto=http", "192.0.2.1", ["https"], "192.0.2.1", false),
            ("for=192.0.2.1", "192.0.2.1", ["https"], "192.0.2.1", true),
            ("for=192.0.2.2", "192.0.2.1", [], nil, nil),
            ("for=unknown", "192.0.2.1", [], nil, nil), ("for=192.0.2.1", "unknown", [], nil, nil),
            ("for=192.0.2.1", nil, ["https"], "192.0.2.1", nil),
            (nil, "192.0.2.1", ["https"], "192.0.2.1", true),
            (nil, nil, ["https"], "10.0.0.1", true),
            (nil, nil, [], "10.0.0.1", nil),
        ] as [(String?, String?, [String], String?, Bool?)]
    )
    func bothFields(
        forwarded: String?,
        forwardedFor: String?,
        proto: [String],
        address: String?,
        isTLS: Bool?
    ) throws {
        let fields = ForwardingFields(
            forwarded: forwarded.map { [$0] } ?? [],
            forwardedFor: forwardedFor.map { [$0] } ?? [],
            forwardedProto: proto
        )
        let client = try client("10.0.0.1", fields)
        #expect(client?.address.description == address)
        #expect(client?.isTLS == isTLS)
        let stranger = try self.client("203.0.113.9", fields)
        #expect(stranger?.address.description == "203.0.113.9" && stranger?.isTLS == nil)
    }

    @Test("no bytes in Forwarded make the reader crash")
    func noBytesCrash() throws {
        var random = SeededGenerator(state: 7239)
        let pieces = [
            "for", "=", "\"", "\\", ";", ",", "192.0.2.1", "[", "]", ":", "_", " ", "proto", "é",
            "\u{0}",
        ]
        for _ in 0..<5000 {
            let count = Int.random(in: 0..<12, using: &random)
            let field = (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined()
            _ = try client(forwarded: [field])
        }
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
