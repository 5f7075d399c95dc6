import HubCore
import Testing

struct AddressRangeTests {
    @Test(
        "an address lies in a range or not",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("192.168.1.7", "192.168.1.7", true),
            ("192.168.1.7", "192.168.1.6", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false),
        ]
    )
    func addressesLieInRanges(range: String, address: String, isInside: Bool) throws {
        let range = try #require(AddressRange(parsing: range))
        #expect(range.contains(try #require(NetworkAddress(parsing: address))) == isInside)
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
}
