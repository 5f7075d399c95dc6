package import Outcomes

/// Why a handshake goes no further, as a value: the adapter answers with it and records it.
package struct Refusal: Sendable {
    /// Which step of the handshake refused.
    package enum Step: String, Sendable {
        case head, token, origin, limits, rules
    }

    package var outcome: Outcome
    package var step: Step
    /// A sentence for the client that says more than the outcome's own; our words only, never an
    /// echo of what was sent.
    package var detail: String?
    /// What was wrong with the token; for the record and the log.
    package var fault: TokenFault?
    /// The configured issuer that a token names of whose keys none is the token's.
    package var keylessIssuer: String?
    /// Who was refused, where the token had been verified by then.
    package var principal: Principal?
    /// Header fields that the answer carries beside those of its body.
    package var fields: [HeaderField]

    /// - Parameter retryAfterSeconds: the value of `Retry-After`; without one, 429 and 503 say
    ///   `defaultRetryAfterSeconds`.
    package init(
        _ outcome: Outcome,
        at step: Step,
        detail: String? = nil,
        fault: TokenFault? = nil,
        principal: Principal? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        self.outcome = outcome
        self.step = step
        self.detail = detail
        self.fault = fault
        self.principal = principal
        fields = Refusal.fields(outcome, detail: detail, retryAfterSeconds: retryAfterSeconds)
    }

    /// The sentence that the client is told.
    package var message: String { detail ?? outcome.sentence }

    /// The status of the HTTP answer.
    package var status: Int { outcome.httpStatus ?? 400 }

    /// `Retry-After` where nobody knows better: long enough to ease a crowd, short enough that a
    /// member doesn't give up.
    package static let defaultRetryAfterSeconds = 5

    /// The whole HTTP answer, JSON `{"code", "message", "decision"?}`; the connection closes.
    ///
    /// - Parameters:
    ///   - decision: the recorded decision's public id, `<log>-<seq>`.
    ///   - extra: fields to add, such as those of CORS.
    package func answer(decision: String? = nil, adding extra: [HeaderField] = []) -> HTTPAnswer {
        var members: [(String, ClaimValue)] = [
            ("code", .string(outcome.rawValue)), ("message", .string(message)),
        ]
        if let decision { members.append(("decision", .string(decision))) }
        return HTTPAnswer(status: status, json: members, fields: fields + extra)
    }

    private static func fields(
        _ outcome: Outcome,
        detail: String?,
        retryAfterSeconds: Int?
    ) -> [HeaderField] {
        var fields: [HeaderField] = []
        switch outcome.httpStatus {
        case 401:
            fields.append(HeaderField("WWW-Authenticate", challenge(outcome, detail)))
        case 405:
            fields.append(HeaderField("Allow", "GET"))
        case 426:
            fields.append(HeaderField("Upgrade", "websocket"))
            fields.append(HeaderField("Connection", "Upgrade"))
            fields.append(HeaderField("Sec-WebSocket-Version", "13"))
        case 429, 503:
            let seconds = retryAfterSeconds ?? defaultRetryAfterSeconds
            fields.append(HeaderField("Retry-After", String(max(0, seconds))))
        default:
            if outcome == .tokenTwice {
                fields.append(HeaderField("WWW-Authenticate", challenge(outcome, detail)))
            }
            // A rule with a rate refuses for a time.
            if let retryAfterSeconds {
                fields.append(HeaderField("Retry-After", String(max(0, retryAfterSeconds))))
            }
        }
        return fields
    }

    /// RFC 6750 §3: without credentials no error code is named (§3.1).
    private static func challenge(_ outcome: Outcome, _ detail: String?) -> String {
        let realm = "Bearer realm=\"touchline\""
        if outcome == .tokenMissing { return realm }
        let error = outcome == .tokenTwice ? "invalid_request" : "invalid_token"
        let words = (detail ?? outcome.sentence).unicodeScalars.filter {
            // The characters that RFC 6750 §3 lets stand in error_description.
            $0.value >= 0x20 && $0.value <= 0x7E && $0 != "\"" && $0 != "\\"
        }
        let description = String(String.UnicodeScalarView(words))
        return "\(realm), error=\"\(error)\", error_description=\"\(description)\""
    }
}
