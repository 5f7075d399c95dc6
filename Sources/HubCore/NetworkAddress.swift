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

    static func text(of bytes: [UInt8]) -> String {
        var storage = bytes
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, &storage, &text, socklen_t(text.count)) != nil else { return "" }
        return text.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
}
