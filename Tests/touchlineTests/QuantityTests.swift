import Testing

@testable import touchline

/// Words and numbers that people write.
struct QuantityTests {
    @Test(
        "times are read with their units",
        arguments: [
            ("30s", 30), ("15m", 900), ("24h", 86_400), ("1h30m", 5400), ("7d", 604_800),
            ("", nil), ("30", nil), ("s", nil), ("-1s", nil), ("1.5h", nil), ("400d", nil),
            ("99999999999999999999s", nil), ("١s", nil),
        ] as [(String, Int?)]
    )
    func timesAreRead(text: String, seconds: Int?) {
        #expect(Quantity.duration(text) == seconds.map { .seconds($0) })
    }

    @Test(
        "sizes are read with their units",
        arguments: [
            ("1MiB", 1 << 20), ("10 GiB", 10 << 30), ("1048576", 1 << 20), ("1023KiB", nil),
            ("10GB", nil), ("", nil), ("999999999999TiB", nil),
        ] as [(String, Int?)]
    )
    func sizesAreRead(text: String, bytes: Int?) {
        #expect(Quantity.bytes(text) == bytes)
    }

    @Test(
        "an address lies in a range or not",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("192.168.1.7", "192.168.1.7", true),
            ("192.168.1.7", "192.168.1.6", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false), ("0.0.0.0/0", "nothing", false),
        ]
    )
    func addressesLieInRanges(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(parsing: range)).contains(address) == isInside)
    }

    @Test(
        "what is no range is refused",
        arguments: [
            "", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "a", "1/2/3", "::/129",
        ]
    )
    func noRangeIsRefused(text: String) {
        #expect(AddressRange(parsing: text) == nil)
    }

    @Test("the word that was meant is found, and nothing far from it")
    func wordsAreFound() {
        #expect(Spelling.nearest(to: "prot", of: ["port", "path", "host"]) == "port")
        #expect(Spelling.nearest(to: "zebra", of: ["port", "path", "host"]) == nil)
        #expect(Spelling.distance("", "abc") == 3)
        #expect(Spelling.distance("ab", "ba") == 1)
    }
}
