import Outcomes
import Testing

@testable import Handshake

@Suite("Opening handshake: the head")
struct OpeningHandshakeTests {
    @Test("the accept key is RFC 6455's (§1.3)")
    func acceptKey() {
        let accept = OpeningHandshake.acceptKey(for: "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(
        "a proper head passes",
        arguments: [
            [], [("Upgrade", ["h2c, WebSocket"])], [("Upgrade", ["h2c", "websocket"])],
            [("Connection", ["keep-alive, UPGRADE"])], [("Content-Length", ["0"])],
            [("Host", ["[::1]:8080"])], [("Sec-WebSocket-Key", ["  dGhlIHNhbXBsZSBub25jZQ==\t"])],
            [("Sec-WebSocket-Protocol", ["a, b", "c,"])],
        ] as [[(String, [String])]]
    )
    func passes(changes: [(String, [String])]) {
        let result = OpeningHandshake.check(Fixture.head(changes), path: "/chat")
        #expect(result.success?.acceptKey == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(
        "a malformed head is refused by the step that it fails",
        arguments: [
            ("Host", [], .badHost), ("Host", ["a", "a"], .badHost), ("Host", [""], .badHost),
            ("Host", ["a, b"], .badHost), ("Host", ["user@a"], .badHost),
            ("Upgrade", [], .upgradeRequired), ("Upgrade", ["h2c"], .upgradeRequired),
            ("Upgrade", ["websocket2"], .upgradeRequired), ("Connection", [], .upgradeRequired),
            ("Connection", ["keep-alive"], .upgradeRequired),
            ("Sec-WebSocket-Version", [], .versionNotSupported),
            ("Sec-WebSocket-Version", ["8"], .versionNotSupported),
            ("Sec-WebSocket-Version", ["13", "13"], .versionNotSupported),
            ("Sec-WebSocket-Version", ["13, 8"], .versionNotSupported),
            ("Sec-WebSocket-Key", [], .badKey),
            (
                "Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="],
                .badKey
            ),
            ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZQ"], .badKey),
            ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25jZR=="], .badKey),
            ("Sec-WebSocket-Key", ["dGhlIHNhbXBsZSBub25j"], .badKey),
            ("Sec-WebSocket-Key", ["dGhl IHNhbXBsZSBub25jZQ="], .badKey),
            ("Sec-WebSocket-Key", ["c2hvcnQ="], .badKey), ("Sec-WebSocket-Key", [""], .badKey),
            ("Content-Length", ["5"], .badRequest), ("Content-Length", ["+0"], .badRequest),
            ("Transfer-Encoding", ["chunked"], .badRequest),
            ("Sec-WebSocket-Protocol", ["a, a"], .badRequest),
            ("Sec-WebSocket-Protocol", ["a b"], .badRequest),
            ("Sec-WebSocket-Protocol", [","], .badRequest),
            ("X Y", ["1"], .badRequest), ("X", ["1\r\nY: 2"], .badRequest),
            ("X", ["\u{0}"], .badRequest),
        ] as [(String, [String], Outcome)]
    )
    func refuses(name: String, values: [String], outcome: Outcome) {
        let head = Fixture.head([(name, values)])
        #expect(OpeningHandshake.check(head, path: "/chat").failure?.outcome == outcome)
    }

    @Test(
        "the target is the hub's path and nothing else",
        arguments: [
            ("/chat", nil), ("http://hub.example/chat", nil), ("wss://HUB.example/chat", nil),
            ("/chat?access_token=x", .badRequest), ("/chat?", .badRequest),
            ("/chat#x", .badRequest),
            ("chat", .badRequest), ("", .badRequest), ("*", .badRequest), ("/ch at", .badRequest),
            ("/ch\u{E9}t", .badRequest), ("/chat/", .notFound), ("/", .notFound),
            ("/other?x=1", .notFound), ("/%63hat", .notFound), ("/Chat", .notFound),
            ("http://other.example/chat", .badHost), ("http://hub.example?x", .notFound),
        ] as [(String, Outcome?)]
    )
    func targets(target: String, outcome: Outcome?) {
        let result = OpeningHandshake.check(Fixture.head(target: target), path: "/chat")
        #expect(result.failure?.outcome == outcome)
    }

    @Test("only GET over HTTP/1.1 opens")
    func methodAndVersion() {
        func outcome(_ method: String, _ major: Int, _ minor: Int) -> Outcome? {
            let version = RequestHead.Version(major: major, minor: minor)
            let head = Fixture.head(method: method, version: version)
            return OpeningHandshake.check(head, path: "/chat").failure?.outcome
        }
        #expect(outcome("GET", 1, 1) == nil)
        #expect(outcome("POST", 1, 1) == .methodNotAllowed)
        #expect(outcome("get", 1, 1) == .methodNotAllowed)
        #expect(outcome("G T", 1, 1) == .badRequest)
        #expect(outcome("GET", 1, 0) == .badRequest)
        #expect(outcome("GET", 2, 0) == .badRequest)
    }

    @Test("fields, target and offers are bounded")
    func limits() {
        let many = Fixture.head([("X", Array(repeating: "1", count: 95))])
        #expect(OpeningHandshake.check(many, path: "/chat").success != nil)
        let more = Fixture.head([("X", Array(repeating: "1", count: 96))])
        #expect(OpeningHandshake.check(more, path: "/chat").failure?.outcome == .headTooLarge)
        let long = Fixture.head(target: "/" + String(repeating: "a", count: 1024))
        #expect(OpeningHandshake.check(long, path: "/chat").failure?.outcome == .headTooLarge)
        let offers = Fixture.head([("Sec-WebSocket-Protocol", (0..<17).map { "p\($0)" })])
        #expect(OpeningHandshake.check(offers, path: "/chat").failure?.outcome == .badRequest)
    }

    @Test(
        "the token is found in one place only",
        arguments: [
            (["Bearer abc"], [], "abc", nil), (["bearer   abc"], ["touchline.v1"], "abc", nil),
            ([], ["touchline.v1", "bearer.touchline.abc"], "abc", nil),
            (["Basic dTpw"], ["touchline.v1", "bearer.touchline.abc"], "abc", nil),
            (["Bearer "], [], "", nil), ([], [], nil, .tokenMissing),
            (["Basic dTpw"], [], nil, .tokenMissing), (["Bearerabc"], [], nil, .tokenMissing),
            (["Bearer abc"], ["bearer.touchline.abc"], nil, .tokenTwice),
            ([], ["bearer.touchline.a", "bearer.touchline.b"], nil, .tokenTwice),
            (["Bearer abc", "Bearer abc"], [], nil, .badRequest),
            (["Bearer abc", "Basic dTpw"], [], nil, .badRequest),
        ] as [([String], [String], String?, Outcome?)]
    )
    func bearer(authorization: [String], offers: [String], token: String?, outcome: Outcome?) {
        let head = Fixture.head([("Authorization", authorization)])
        let result = BearerCredential.find(in: head, subprotocols: offers)
        #expect(result.success?.token == token)
        #expect(result.failure?.outcome == outcome)
    }
}
