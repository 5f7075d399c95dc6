import HubCore
import Testing

struct NetworkAddressTests {
    @Test(
        "an address of the public internet",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.0.1", "172.32.0.1", "192.167.1.1",
            "100.63.0.1", "100.128.0.1", "223.255.255.255", "2606:4700::1111", "2a00::1",
            "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1",
        ]
    )
    func isPublic(text: String) {
        #expect(NetworkAddress(parsing: text)?.isPublic == true)
    }

    @Test(
        "an address that a stranger must not have the hub ask",
        arguments: [
            "127.0.0.1", "127.255.255.255", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255",
            "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1",
            "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1",
            "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "2001::1", "::ffff:127.0.0.1",
            "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:a00:1::1", "::7f00:1",
            "3fff::1",
        ]
    )
    func isNotPublic(text: String) {
        #expect(NetworkAddress(parsing: text)?.isPublic == false)
    }
}
