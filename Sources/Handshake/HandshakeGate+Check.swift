internal import Outcomes

/// `check` beside the hub's path answers what the handshake would, as JSON: browsers show a page
/// neither the status nor the body of a refused upgrade.
extension HandshakeGate {
    /// `check` in the place of the path's last component: `/check` beside `/chat`.
    package var checkPath: String {
        path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex) + "check"
    }

    /// Whether a request is for `checkPath`, whatever else is wrong with it.
    package func isCheck(_ head: RequestHead) -> Bool {
        ASCII.equals(String(head.target.prefix { $0 != "?" }), checkPath)
    }

    /// Whether a browser asks first whether a page may check (CORS), which is no attempt to connect.
    package func isPreflight(_ head: RequestHead) -> Bool {
        head.method == "OPTIONS" && isCheck(head)
    }

    /// Runs the steps on a request to `checkPath`: GET with `Authorization: Bearer` and no upgrade,
    /// or the OPTIONS with which a browser asks first (CORS).
    ///
    /// - Parameter now: Unix seconds.
    package func check(_ head: RequestHead, at now: Double) -> CheckAnswer {
        let cors = corsFields(head)
        if let fault = head.fault(path: checkPath, methods: ["GET", "OPTIONS"], limits: limits) {
            var refusal = Refusal(fault, at: .head)
            if fault.outcome == .methodNotAllowed {
                refusal.fields = [HeaderField("Allow", "GET, OPTIONS")]
            }
            return .refused(refusal, cors: cors)
        }
        if head.method == "OPTIONS" {
            guard HandshakeGate.allowsReading(cors) else {
                return .refused(Refusal(.originRefused, at: .origin), cors: cors)
            }
            return .preflight(preflight(cors))
        }
        guard head.values(of: "Upgrade").isEmpty else {
            let refusal = Refusal(.badRequest, at: .head, detail: "Nothing is upgraded here.")
            return .refused(refusal, cors: cors)
        }
        return switch principal(of: head, subprotocols: [], at: now) {
        case .failure(let refusal): .refused(refusal, cors: cors)
        case .success(let admitted): .admissible(admitted.principal, cors: cors)
        }
    }

    private func preflight(_ cors: [HeaderField]) -> HTTPAnswer {
        HTTPAnswer(
            status: 204,
            fields: cors + [
                HeaderField("Access-Control-Allow-Methods", "GET"),
                HeaderField("Access-Control-Allow-Headers", "authorization"),
                // Ten minutes: the least that the large browsers all keep to.
                HeaderField("Access-Control-Max-Age", "600"),
                HeaderField("Connection", "close"),
            ],
            body: []
        )
    }

    /// What lets a page of an allowed origin read an answer to `checkPath`; always `Vary`, so that no
    /// cache gives one origin's answer to another. Nothing for other paths.
    package func corsFields(_ head: RequestHead) -> [HeaderField] {
        guard isCheck(head) else { return [] }
        let sent = head.values(of: "Origin")
        var fields = [HeaderField("Vary", "Origin")]
        if sent.count == 1, origins.allows(sent[0]) {
            fields.append(HeaderField(HandshakeGate.allowOrigin, sent[0]))
            let exposed = "WWW-Authenticate, Retry-After"
            fields.append(HeaderField("Access-Control-Expose-Headers", exposed))
        }
        return fields
    }

    private static func allowsReading(_ cors: [HeaderField]) -> Bool {
        cors.contains { $0.name == allowOrigin }
    }

    private static let allowOrigin = "Access-Control-Allow-Origin"
}

/// What the gate answers to a request for `/check`.
package enum CheckAnswer: Sendable {
    /// The answer to OPTIONS, complete.
    case preflight(HTTPAnswer)
    /// Refused; answer with `Refusal.answer(decision:adding:)` and these fields.
    case refused(Refusal, cors: [HeaderField])
    /// A handshake would pass the gate; limits and rules decide next, then `HTTPAnswer.admissible`
    /// answers with these fields.
    case admissible(Principal, cors: [HeaderField])
}

extension HTTPAnswer {
    /// The answer to a `/check` that nothing refused: 200 and
    /// `{"code": "admitted", "message", "expires_at"}`, the last in Unix seconds.
    package static func admissible(_ principal: Principal, cors: [HeaderField]) -> HTTPAnswer {
        HTTPAnswer(
            status: 200,
            json: [
                ("code", .string("admitted")),
                ("message", .string("The hub would accept this connection.")),
                ("expires_at", .integer(principal.expiresAt)),
            ],
            fields: cors
        )
    }
}
