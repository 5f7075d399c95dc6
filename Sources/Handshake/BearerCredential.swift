internal import Outcomes

/// The bearer token of a request, and where it was found.
package struct BearerCredential: Hashable, Sendable {
    /// The two places where a token may stand.
    package enum Place: Hashable, Sendable {
        /// `Authorization: Bearer …` (RFC 6750 §2.1).
        case authorization
        /// Offered as subprotocol `bearer.touchline.<JWS>`, for browsers, whose WebSocket API
        /// cannot set a header.
        case subprotocol
    }

    /// The token as sent; not checked, never to be logged.
    package let token: String
    package let place: Place

    /// The subprotocol that the hub speaks and the only one it ever echoes.
    package static let subprotocol = "touchline.v1"
    /// What an offered subprotocol that carries a token begins with.
    package static let subprotocolPrefix = "bearer.touchline."

    /// Finds the one token of a request.
    ///
    /// - Parameter subprotocols: the offers of the opening handshake.
    package static func find(
        in head: RequestHead,
        subprotocols: [String]
    ) -> Result<BearerCredential, HeadFault> {
        let authorizations = head.values(of: "Authorization")
        guard authorizations.count <= 1 else {
            return .failure(HeadFault(.badRequest, "Authorization must be sent once."))
        }
        let offered = subprotocols.filter { $0.utf8.starts(with: subprotocolPrefix.utf8) }
        // Another scheme, such as Basic for a proxy before the hub, is not ours to judge.
        let bearer = authorizations.first.flatMap(bearerToken)
        guard offered.count + (bearer == nil ? 0 : 1) <= 1 else {
            return .failure(HeadFault(.tokenTwice))
        }
        if let bearer {
            return .success(BearerCredential(token: bearer, place: .authorization))
        }
        guard let offer = offered.first else { return .failure(HeadFault(.tokenMissing)) }
        let token = String(offer.dropFirst(subprotocolPrefix.count))
        return .success(BearerCredential(token: token, place: .subprotocol))
    }

    /// What follows the scheme `Bearer` (compared without case, RFC 9110 §11.1); nil for another
    /// scheme.
    private static func bearerToken(_ value: String) -> String? {
        let scheme = value.prefix { $0 != " " }
        guard ASCII.equalsIgnoringCase(String(scheme), "Bearer") else { return nil }
        return ASCII.trimmed(value.dropFirst(scheme.count))
    }
}
