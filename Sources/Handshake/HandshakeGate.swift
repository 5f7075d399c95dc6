internal import Outcomes

/// The steps of a handshake that need nothing but the request: head, token, origin, in this order.
///
/// Limits, sanctions, the policy's connection rules and the record come after, elsewhere; an
/// `Admission` is a candidate until they have passed.
package struct HandshakeGate: Sendable {
    /// The hub's path, such as `/chat`.
    package var path: String
    package var limits: HeadLimits
    package var tokens: TokenVerifier
    package var origins: OriginList

    package init(
        path: String,
        tokens: TokenVerifier,
        origins: OriginList,
        limits: HeadLimits = HeadLimits()
    ) {
        self.path = path
        self.tokens = tokens
        self.origins = origins
        self.limits = limits
    }

    /// Runs the steps on an opening handshake.
    ///
    /// - Parameter now: Unix seconds.
    package func admit(_ head: RequestHead, at now: Double) -> HandshakeAnswer {
        let opening: OpeningHandshake
        switch OpeningHandshake.check(head, path: path, limits: limits) {
        case .failure(let fault): return .refused(Refusal(fault, at: .head))
        case .success(let checked): opening = checked
        }
        let speaksV1 = opening.subprotocols.contains(BearerCredential.subprotocol)
        guard opening.subprotocols.isEmpty || speaksV1 else {
            let detail = "Only the subprotocol \(BearerCredential.subprotocol) is spoken here."
            return .refused(Refusal(.badRequest, at: .head, detail: detail))
        }
        switch principal(of: head, subprotocols: opening.subprotocols, at: now) {
        case .failure(let refusal): return .refused(refusal)
        case .success(let admitted):
            return .admitted(
                Admission(
                    principal: admitted.principal,
                    subprotocol: speaksV1 ? BearerCredential.subprotocol : nil,
                    acceptKey: opening.acceptKey,
                    origin: admitted.origin
                )
            )
        }
    }

    /// Token, then origin: the steps that `/check` shares.
    func principal(
        of head: RequestHead,
        subprotocols: [String],
        at now: Double
    ) -> Result<(principal: Principal, origin: String?), Refusal> {
        let credential: BearerCredential
        switch BearerCredential.find(in: head, subprotocols: subprotocols) {
        case .failure(let fault): return .failure(Refusal(fault, at: .token))
        case .success(let found): credential = found
        }
        let principal: Principal
        switch tokens.verify(credential.token, at: now) {
        case .failure(let fault):
            var refusal = Refusal(fault.outcome, at: .token, detail: fault.detail, fault: fault)
            if fault.asksForKeys {
                refusal.keylessIssuer = tokens.issuer(namedBy: credential.token)
            }
            return .failure(refusal)
        case .success(let verified): principal = verified
        }
        let sent = head.values(of: "Origin")
        let allowed =
            sent.isEmpty
            ? credential.place == .authorization
            : sent.count == 1 && origins.allows(sent[0])
        guard allowed else {
            return .failure(Refusal(.originRefused, at: .origin, principal: principal))
        }
        return .success((principal, sent.first))
    }
}

/// What the gate answers to an opening handshake.
package enum HandshakeAnswer: Sendable {
    case refused(Refusal)
    case admitted(Admission)
}

/// A handshake that passed the gate.
package struct Admission: Hashable, Sendable {
    package let principal: Principal
    /// The subprotocol to echo; nil when the client offered none.
    package let subprotocol: String?
    /// The value of `Sec-WebSocket-Accept`.
    package let acceptKey: String
    /// The page's origin, one of the allowed; nil when no browser asks.
    package let origin: String?

    /// The header fields of the answer with status 101 (RFC 6455 §4.2.2).
    package var fields: [HeaderField] {
        Self.fields(acceptKey: acceptKey, subprotocol: subprotocol)
    }

    /// The header fields of an answer with status 101.
    package static func fields(acceptKey: String, subprotocol: String?) -> [HeaderField] {
        var fields = [
            HeaderField("Upgrade", "websocket"),
            HeaderField("Connection", "Upgrade"),
            HeaderField("Sec-WebSocket-Accept", acceptKey),
        ]
        if let subprotocol { fields.append(HeaderField("Sec-WebSocket-Protocol", subprotocol)) }
        return fields
    }
}

extension Refusal: Error {}

extension Refusal {
    init(_ fault: HeadFault, at step: Step) {
        self.init(fault.outcome, at: step, detail: fault.detail)
    }
}
