import Glibc

/// An IPv4 or IPv6 address. An IPv4 address mapped into IPv6, as a socket for both shows it, is the
/// IPv4 one (RFC 4291 §2.5.5.2).
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes in network order.
    package let bytes: [UInt8]

    /// - Returns: nil when the text is no address; a port, a zone or brackets make it none.
    package init?(parsing text: String) {
        guard text.utf8.count < Int(INET6_ADDRSTRLEN), !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes[..<4])
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            let isMapped = bytes.starts(with: Self.mappedPrefix)
            self.bytes = isMapped ? Array(bytes[12...]) : bytes
        } else {
            return nil
        }
    }

    /// The text of RFC 5952.
    package var description: String { Self.text(of: bytes) }

    /// What limits count by: IPv4 whole, IPv6 by its /64, which one customer has whole.
    package var limitKey: String {
        guard bytes.count == 16 else { return description }
        return Self.text(of: Array(bytes[..<8]) + [UInt8](repeating: 0, count: 8)) + "/64"
    }

    /// Whether it is this machine's own: `127.0.0.0/8` or `::1`.
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// Whether it is an address of the public internet: unicast, global, and for no special use (the
    /// registries of RFC 6890). An address that carries an IPv4 one (NAT64, 6to4) counts as that.
    package var isPublic: Bool {
        if bytes.count == 4 { return !Self.specialIPv4.contains { $0.contains(self) } }
        if let carried = carriedIPv4 { return carried.isPublic }
        return Self.globalIPv6.contains { $0.contains(self) }
            && !Self.specialIPv6.contains { $0.contains(self) }
    }

    private var carriedIPv4: NetworkAddress? {
        let carried: ArraySlice<UInt8>
        if bytes.starts(with: Self.nat64Prefix) {
            carried = bytes[12...]
        } else if bytes.starts(with: [0x20, 0x02]) {
            carried = bytes[2..<6]
        } else {
            return nil
        }
        return NetworkAddress(parsing: Self.text(of: Array(carried)))
    }

    static func text(of bytes: [UInt8]) -> String {
        var storage = bytes
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, &storage, &text, socklen_t(text.count)) != nil else { return "" }
        return text.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static let nat64Prefix: [UInt8] =
        [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)
    private static let specialIPv4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ].compactMap(AddressRange.init(parsing:))
    private static let globalIPv6 = ["2000::/3"].compactMap(AddressRange.init(parsing:))
    private static let specialIPv6 = ["2001::/23", "2001:db8::/32", "3fff::/20"]
        .compactMap(AddressRange.init(parsing:))
    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
}
