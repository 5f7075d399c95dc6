import Foundation

/// A range of IP addresses in CIDR form (RFC 4632, RFC 4291 §2.3); one address is a range too.
struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes in network order.
    let bytes: [UInt8]
    /// How many leading bits an address must share.
    let prefixBits: Int

    /// `10.0.0.0/8`, `2001:db8::/32` or a single address; nil for anything else, host bits
    /// included, because `10.1.2.3/8` is more often a slip than a range.
    init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let bytes = Self.addressBytes(String(parts[0])) else { return nil }
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

    /// Whether an address, as text, lies in the range. An IPv4 address mapped into IPv6 counts as
    /// the IPv4 one (RFC 4291 §2.5.5.2).
    func contains(_ address: String) -> Bool {
        guard var other = Self.addressBytes(address) else { return false }
        if other.count == 16, bytes.count == 4, other[..<12].elementsEqual(Self.mappedPrefix) {
            other.removeFirst(12)
        }
        return other.count == bytes.count && Self.masked(other, prefixBits) == bytes
    }

    var description: String {
        var storage = bytes
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, &storage, &text, socklen_t(text.count)) != nil else { return "" }
        return text.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            + "/\(prefixBits)"
    }

    /// Whether a host is this machine alone: `localhost`, `127.0.0.0/8` or `::1`.
    static func isLoopback(_ host: String) -> Bool {
        guard host != "localhost" else { return true }
        guard let bytes = addressBytes(host) else { return false }
        return bytes.count == 4
            ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    private static func addressBytes(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
        if inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
        return nil
    }

    private static func masked(_ bytes: [UInt8], _ prefixBits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let bits = min(8, max(0, prefixBits - index * 8))
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> bits)
        }
    }

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
}
