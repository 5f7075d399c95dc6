/// The proxies that the operator declared, and what is believed of them: `X-Forwarded-For`.
package struct DeclaredProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) { self.ranges = ranges }

    /// Whether a peer is a declared proxy.
    package func contains(_ peer: NetworkAddress) -> Bool {
        ranges.contains { $0.contains(peer) }
    }

    /// Whose request it is.
    ///
    /// Each proxy appends the address that it was asked from, so the list is read from its right
    /// end, and the first address that is no declared proxy is the client's. What stands left of
    /// it was written by the client, and is not looked at.
    ///
    /// - Parameter forwardedFor: the values of all `X-Forwarded-For` fields, in their order.
    /// - Returns: the peer itself when it is no declared proxy or sends no such field; the
    ///   leftmost address when all are proxies; nil when what a proxy wrote is no address.
    package func client(peer: NetworkAddress, forwardedFor: [String]) -> NetworkAddress? {
        guard contains(peer) else { return peer }
        var client = peer
        for item in forwardedFor.joined(separator: ",").split(
            separator: ",",
            omittingEmptySubsequences: forwardedFor.isEmpty
        ).reversed() {
            guard let address = Self.address(item) else { return nil }
            client = address
            if !contains(address) { break }
        }
        return client
    }

    /// An address alone, or with a port as some proxies write it: `192.0.2.1:4711`,
    /// `[2001:db8::1]:4711`.
    private static func address(_ item: Substring) -> NetworkAddress? {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = item.drop(while: blank)
        while let last = text.last, blank(last) { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"), isPort(text[end...].dropFirst()) else {
                return nil
            }
            let inner = text[text.index(after: text.startIndex)..<end]
            return inner.contains(":") ? NetworkAddress(parsing: String(inner)) : nil
        }
        if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
            guard isPort(text[colon...]) else { return nil }
            text = text[..<colon]
        }
        return NetworkAddress(parsing: String(text))
    }

    /// Nothing, or a colon and the digits of a port.
    private static func isPort(_ text: Substring) -> Bool {
        guard let colon = text.first else { return true }
        let digits = text.dropFirst()
        return colon == ":" && digits.allSatisfy { ("0"..."9").contains($0) }
            && UInt16(digits) != nil
    }
}
