/// A range of IP addresses in CIDR form (RFC 4632, RFC 4291 §2.3); one address is a range too.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes in network order.
    package let bytes: [UInt8]
    /// How many leading bits an address must share.
    package let prefixBits: Int

    /// `10.0.0.0/8`, `2001:db8::/32` or a single address; nil for anything else, host bits
    /// included, because `10.1.2.3/8` is more often a slip than a range.
    package init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = NetworkAddress(parsing: String(parts[0])) else {
            return nil
        }
        let bytes = address.bytes
        let bits = bytes.count * 8
        if parts.count == 2 {
            guard let prefix = Int(parts[1]), String(prefix) == parts[1], (0...bits) ~= prefix
            else { return nil }
            prefixBits = prefix
        } else {
            prefixBits = bits
        }
        self.bytes = bytes
        guard bytes == Self.masked(bytes, prefixBits) else { return nil }
    }

    /// Whether an address lies in the range.
    package func contains(_ address: NetworkAddress) -> Bool {
        address.bytes.count == bytes.count && Self.masked(address.bytes, prefixBits) == bytes
    }

    package var description: String { NetworkAddress.text(of: bytes) + "/\(prefixBits)" }

    /// Whether a host is this machine alone: `localhost`, `127.0.0.0/8` or `::1`.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || NetworkAddress(parsing: host)?.isLoopback == true
    }

    private static func masked(_ bytes: [UInt8], _ prefixBits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let bits = min(8, max(0, prefixBits - index * 8))
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> bits)
        }
    }
}
