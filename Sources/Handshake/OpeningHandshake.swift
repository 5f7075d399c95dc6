internal import Crypto
package import Outcomes

/// The client's side of an opening handshake, read from a head that passed every check of
/// RFC 6455 §4.2.1.
package struct OpeningHandshake: Hashable, Sendable {
    /// The value for `Sec-WebSocket-Accept`.
    package let acceptKey: String
    /// The subprotocols offered, in the client's order, none twice; empty when none was offered.
    package let subprotocols: [String]

    /// Checks a head step by step; the first step that fails names the refusal.
    ///
    /// - Parameters:
    ///   - path: the hub's path, compared byte for byte; a query is never accepted there, since a
    ///     token in a URL ends in logs.
    package static func check(
        _ head: RequestHead,
        path: String,
        limits: HeadLimits = HeadLimits()
    ) -> Result<OpeningHandshake, HeadFault> {
        if let fault = head.fault(path: path, methods: ["GET"], limits: limits) {
            return .failure(fault)
        }
        let upgrade = ASCII.listMembers(head.values(of: "Upgrade"))
        let connection = ASCII.listMembers(head.values(of: "Connection"))
        guard upgrade.contains(where: { ASCII.equalsIgnoringCase($0, "websocket") }),
            connection.contains(where: { ASCII.equalsIgnoringCase($0, "upgrade") })
        else { return .failure(HeadFault(.upgradeRequired)) }
        guard head.values(of: "Sec-WebSocket-Version") == ["13"] else {
            return .failure(HeadFault(.versionNotSupported))
        }
        let keys = head.values(of: "Sec-WebSocket-Key")
        guard keys.count == 1, let bytes = Base64.decode(keys[0].utf8, .padded), bytes.count == 16
        else { return .failure(HeadFault(.badKey)) }
        return subprotocols(head, limits).map {
            OpeningHandshake(acceptKey: acceptKey(for: keys[0]), subprotocols: $0)
        }
    }

    /// base64(SHA-1(key + GUID)), RFC 6455 §4.2.2 step 5. The key is taken as sent.
    package static func acceptKey(for key: String) -> String {
        let digest = Insecure.SHA1.hash(data: Array((key + guid).utf8))
        return Base64.encode(Array(digest), .padded)
    }

    private static func subprotocols(
        _ head: RequestHead,
        _ limits: HeadLimits
    ) -> Result<[String], HeadFault> {
        let values = head.values(of: "Sec-WebSocket-Protocol")
        let offers = ASCII.listMembers(values)
        guard values.isEmpty == offers.isEmpty, offers.count <= limits.subprotocolCountMax,
            offers.allSatisfy(ASCII.isToken), Set(offers).count == offers.count
        else {
            return .failure(
                HeadFault(.badRequest, "Sec-WebSocket-Protocol must list each subprotocol once.")
            )
        }
        return .success(offers)
    }

    /// RFC 6455 §1.3.
    private static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
}

/// What a head was refused for.
package struct HeadFault: Error, Hashable, Sendable {
    package let outcome: Outcome
    /// More than the outcome's sentence says, where there is more to say.
    package let detail: String?

    init(_ outcome: Outcome, _ detail: String? = nil) {
        self.outcome = outcome
        self.detail = detail
    }
}
