import Outcomes
import Testing

@testable import Handshake

@Suite("The gate: head, token, origin")
struct HandshakeGateTests {
    private func answer(_ changes: [(String, [String])]) throws -> HandshakeAnswer {
        try Fixture.gate().admit(Fixture.head(changes), at: Fixture.now)
    }

    private func refusal(_ changes: [(String, [String])]) throws -> Refusal? {
        if case .refused(let refusal) = try answer(changes) { refusal } else { nil }
    }

    private func admission(_ changes: [(String, [String])]) throws -> Admission? {
        if case .admitted(let admission) = try answer(changes) { admission } else { nil }
    }

    @Test("a bearer header opens without origin; nothing is echoed that wasn't offered")
    func header() throws {
        let admission = try #require(
            try admission([("Authorization", ["Bearer \(try Fixture.token())"])])
        )
        #expect(admission.principal.subject == "u-1")
        #expect(admission.subprotocol == nil)
        #expect(admission.origin == nil)
        #expect(
            admission.fields == [
                HeaderField("Upgrade", "websocket"), HeaderField("Connection", "Upgrade"),
                HeaderField("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            ]
        )
    }

    @Test("a browser's token comes as subprotocol and is never echoed")
    func browser() throws {
        let offers = "touchline.v1, bearer.touchline.\(try Fixture.token())"
        let admission = try #require(
            try admission([
                ("Sec-WebSocket-Protocol", [offers]), ("Origin", ["https://club.example"]),
            ])
        )
        #expect(admission.origin == "https://club.example")
        #expect(admission.fields.last == HeaderField("Sec-WebSocket-Protocol", "touchline.v1"))
        #expect(!admission.fields.contains { $0.value.contains("bearer") })
    }

    @Test("the first step that fails names the refusal")
    func order() throws {
        let bearer = ("Authorization", ["Bearer \(try Fixture.token())"])
        let offered = "bearer.touchline.\(try Fixture.token())"
        let evil = ("Origin", ["https://evil.example"])
        for (changes, outcome, step) in [
            ([evil], .tokenMissing, .token),
            ([evil, ("Sec-WebSocket-Key", [])], .badKey, .head),
            ([bearer, evil], .originRefused, .origin),
            ([bearer, ("Origin", ["null"])], .originRefused, .origin),
            (
                [bearer, ("Origin", ["https://club.example", "https://club.example"])],
                .originRefused, .origin
            ),
            (
                [("Sec-WebSocket-Protocol", ["touchline.v1, \(offered)"])], .originRefused, .origin
            ),
            ([("Sec-WebSocket-Protocol", [offered])], .badRequest, .head),
            ([bearer, ("Sec-WebSocket-Protocol", ["chat"])], .badRequest, .head),
            (
                [bearer, ("Sec-WebSocket-Protocol", ["touchline.v1, \(offered)"])], .tokenTwice,
                .token
            ),
            ([("Authorization", ["Bearer x"])], .tokenMalformed, .token),
        ] as [([(String, [String])], Outcome, Refusal.Step)] {
            let refusal = try #require(try refusal(changes))
            #expect(refusal.outcome == outcome)
            #expect(refusal.step == step)
        }
    }

    @Test("a refusal after the token names whom it refused")
    func principal() throws {
        let bearer = ("Authorization", ["Bearer \(try Fixture.token())"])
        let refusal = try refusal([bearer, ("Origin", ["https://evil.example"])])
        #expect(refusal?.principal?.subject == "u-1")
    }

    @Test("a refusal's header fields are those of its status")
    func refusalFields() throws {
        func value(_ outcome: Outcome, _ name: String, detail: String? = nil) -> String? {
            let refusal = Refusal(outcome, at: .head, detail: detail)
            return refusal.fields.first { $0.name == name }?.value
        }
        #expect(value(.methodNotAllowed, "Allow") == "GET")
        #expect(value(.versionNotSupported, "Sec-WebSocket-Version") == "13")
        #expect(value(.upgradeRequired, "Upgrade") == "websocket")
        #expect(value(.tokenMissing, "WWW-Authenticate") == "Bearer realm=\"touchline\"")
        #expect(
            value(.tokenExpired, "WWW-Authenticate")
                == "Bearer realm=\"touchline\", error=\"invalid_token\", "
                + "error_description=\"The bearer token has expired: get a new one.\""
        )
        #expect(
            value(.tokenInvalid, "WWW-Authenticate", detail: "a\"b\\c\u{E9}\r\nd")?
                .hasSuffix("error_description=\"abcd\"") == true
        )
        #expect(value(.tokenTwice, "WWW-Authenticate")?.contains("invalid_request") == true)
        #expect(value(.busy, "Retry-After") == "5")
        #expect(value(.originRefused, "WWW-Authenticate") == nil)
        let limited = Refusal(.tooManySessions, at: .limits, retryAfterSeconds: 30)
        #expect(limited.fields == [HeaderField("Retry-After", "30")])
        for outcome in Outcome.allCases where outcome.httpStatus == 401 {
            #expect(value(outcome, "WWW-Authenticate")?.hasPrefix("Bearer ") == true)
        }
    }

    @Test("a refusal's body is JSON with code, message and decision")
    func refusalBody() throws {
        let answer = Refusal(.tokenExpired, at: .token).answer(decision: "1-17")
        #expect(answer.status == 401)
        let json = try #require(JoseJSON.read(answer.body, depthMax: 2).success)
        #expect(json["code"]?.text == "token_expired")
        #expect(json["message"]?.text == Outcome.tokenExpired.sentence)
        #expect(json["decision"]?.text == "1-17")
        #expect(answer.fields.contains(HeaderField("Content-Length", String(answer.body.count))))
        #expect(answer.fields.contains(HeaderField("Connection", "close")))
    }

    @Test("/check answers what the handshake would")
    func check() throws {
        let gate = try Fixture.gate()
        func check(
            _ changes: [(String, [String])],
            method: String = "GET",
            target: String = "/check"
        ) -> CheckAnswer {
            let plain: [(String, [String])] = [
                ("Upgrade", []), ("Connection", []), ("Sec-WebSocket-Version", []),
                ("Sec-WebSocket-Key", []),
            ]
            let head = Fixture.head(plain + changes, method: method, target: target)
            return gate.check(head, at: Fixture.now)
        }
        let page = ("Origin", ["https://club.example"])
        let bearer = ("Authorization", ["Bearer \(try Fixture.token())"])
        guard case .admissible(let principal, let cors) = check([page, bearer]) else {
            Issue.record("a good token was refused")
            return
        }
        let allow = HeaderField("Access-Control-Allow-Origin", "https://club.example")
        #expect(HTTPAnswer.admissible(principal, cors: cors).fields.contains(allow))
        for (answer, outcome, readable) in [
            (check([page]), .tokenMissing, true),
            (check([("Origin", ["https://evil.example"]), bearer]), .originRefused, false),
            (check([page, bearer], method: "POST"), .methodNotAllowed, true),
            (check([page, bearer], target: "/check?t=1"), .badRequest, true),
            (check([page, bearer, ("Upgrade", ["websocket"])]), .badRequest, true),
            (
                check([("Origin", ["https://evil.example"])], method: "OPTIONS"), .originRefused,
                false
            ),
            (check([], method: "OPTIONS"), .originRefused, false),
        ] as [(CheckAnswer, Outcome, Bool)] {
            guard case .refused(let refusal, let cors) = answer else {
                Issue.record("\(outcome) was not refused")
                continue
            }
            #expect(refusal.outcome == outcome)
            #expect(refusal.answer(adding: cors).fields.contains(allow) == readable)
            #expect(cors.contains(HeaderField("Vary", "Origin")))
        }
        guard case .preflight(let preflight) = check([page], method: "OPTIONS") else {
            Issue.record("a page of an allowed origin may not ask")
            return
        }
        #expect(preflight.status == 204)
        #expect(preflight.fields.contains(allow))
        #expect(
            preflight.fields.contains(HeaderField("Access-Control-Allow-Headers", "authorization"))
        )
        #expect(gate.isCheck(Fixture.head(target: "/check?x")))
        #expect(!gate.isCheck(Fixture.head(target: "/chat")))
    }
}
