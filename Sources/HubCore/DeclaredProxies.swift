/// The proxies that the operator declared, and what is believed of them: `Forwarded` (RFC 7239),
/// `X-Forwarded-For` and `X-Forwarded-Proto`.
package struct DeclaredProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange]) { self.ranges = ranges }

    /// Whether a peer is a declared proxy.
    package func contains(_ peer: NetworkAddress) -> Bool {
        ranges.contains { $0.contains(peer) }
    }

    /// Whose request it is.
    ///
    /// Each proxy appends what it was asked from, so lists are read from their right end, and the
    /// first address that is no declared proxy is the client's. What stands left of it was written
    /// by the client, and does not count.
    ///
    /// - Returns: the peer itself when it is no declared proxy or sends no such field; the leftmost
    ///   address when all are proxies; nil when what a proxy wrote is no address, or when the two
    ///   fields disagree: one of them is the client's own then.
    package func client(peer: NetworkAddress, _ fields: ForwardingFields) -> ForwardedClient? {
        var client = ForwardedClient(address: peer, isTLS: nil)
        guard contains(peer) else { return client }
        let proto = fields.forwardedProto.last.map { $0 == "https" }
        if !fields.forwarded.isEmpty {
            guard let named = self.client(peer: peer, forwarded: fields.forwarded) else {
                return nil
            }
            client = named
            guard !fields.forwardedFor.isEmpty else { return client }
            // Both must say that it was encrypted, where both say something.
            if let proto { client.isTLS = proto && client.isTLS ?? true }
        } else {
            client.isTLS = proto
        }
        guard let address = self.client(peer: peer, forwardedFor: fields.forwardedFor),
            fields.forwarded.isEmpty || address == client.address
        else { return nil }
        client.address = address
        return client
    }

    private func client(peer: NetworkAddress, forwarded: [String]) -> ForwardedClient? {
        var client = ForwardedClient(address: peer, isTLS: nil)
        for field in forwarded.reversed() {
            guard let elements = ForwardedElement.parse(field) else { return nil }
            for element in elements.reversed() {
                guard let address = element.address else { return nil }
                client = ForwardedClient(
                    address: address,
                    isTLS: element.scheme.map { $0.lowercased() == "https" }
                )
                if !contains(address) { return client }
            }
        }
        return client
    }

    private func client(peer: NetworkAddress, forwardedFor: [String]) -> NetworkAddress? {
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

/// What a request says of those whom it passed: all values of each field, in their order.
package struct ForwardingFields: Sendable {
    package var forwarded: [String]
    package var forwardedFor: [String]
    package var forwardedProto: [String]

    package init(forwarded: [String], forwardedFor: [String], forwardedProto: [String]) {
        self.forwarded = forwarded
        self.forwardedFor = forwardedFor
        self.forwardedProto = forwardedProto
    }
}

/// Whose request it is that a proxy brings.
package struct ForwardedClient: Sendable, Equatable {
    package var address: NetworkAddress
    /// Whether the client's connection to its proxy was encrypted; nil when no proxy says.
    package var isTLS: Bool?
}
