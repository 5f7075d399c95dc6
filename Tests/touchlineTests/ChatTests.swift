import Foundation
import Handshake
import NIOCore
import NIOEmbedded
import Testing

@testable import touchline

/// The terminal client: what it sends, what it believes, what it prints.
struct ChatTests {
    private static let target = "wss://hub.example:8443/chat"

    @Test(
        "an address is taken apart, or refused with what to write",
        arguments: [
            ("wss://hub.example/chat", "hub.example:443"), ("ws://127.0.0.1:80/x", "127.0.0.1:80"),
            ("wss://[::1]:8443/chat", "[::1]:8443"), ("ws://hub.example/chat", nil),
            ("https://hub.example/chat", nil), ("hub.example", nil), ("wss:///chat", nil),
            ("wss://hub.example/chat?token=x", nil),
        ] as [(String, String?)]
    )
    func addressesAreTakenApart(url: String, authority: String?) {
        let target = try? ChatTarget(url: url, token: "a.b.c", trust: nil)
        #expect(target?.authority == authority)
    }

    @Test("a token cannot smuggle a header in")
    func tokenCannotSmuggle() {
        #expect(throws: CommandFault.self) {
            try ChatTarget(url: Self.target, token: "a\r\nHost: evil", trust: nil)
        }
    }

    @Test("an answer is believed only when it proves that it read the request")
    func answerIsChecked() {
        let key = "dGhlIHNhbXBsZSBub25jZQ=="
        let head =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            + "Sec-WebSocket-Protocol: touchline.v1\r\n\r\n"
        var whole = ChatHandshake(key: key)
        #expect(whole.take(Array(head.utf8) + [0x81]) == .open(rest: [0x81]))
        var dripped = ChatHandshake(key: key)
        for byte in head.utf8.dropLast() { #expect(dripped.take([byte]) == .needMore) }
        #expect(dripped.take([0x0A]) == .open(rest: []))
        var other = ChatHandshake(key: "AAAAAAAAAAAAAAAAAAAAAA==")
        guard case .refused = other.take(head.utf8) else {
            Issue.record("a stranger's answer was believed")
            return
        }
    }

    @Test("a refused handshake is told in the hub's own words")
    func refusalIsTold() {
        var handshake = ChatHandshake(key: "dGhlIHNhbXBsZSBub25jZQ==")
        let body = #"{"code":"token_expired","message":"Get a new one.","decision":"1-7"}"#
        let head = "HTTP/1.1 401 Unauthorized\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        #expect(handshake.take(head.utf8) == .needMore)
        #expect(
            handshake.take(body.utf8)
                == .refused(
                    "the hub refused the connection: Get a new one."
                        + " (401 token_expired, decision 1-7)"
                )
        )
    }

    @Test(
        "other people's text cannot steer the terminal",
        arguments: [
            ("hello ⚽ 👩‍👩‍👧", "hello ⚽ 👩‍👩‍👧"), ("a\nb\r\nc", "a ⏎ b ⏎ c"),
            ("\u{1B}[2Jx", "\u{FFFD}[2Jx"), ("\u{9B}31m", "\u{FFFD}31m"),
            ("a\u{202E}b", "a\u{FFFD}b"),
            ("\u{7}\u{0}\u{7F}", "\u{FFFD}\u{FFFD}\u{FFFD}"), ("a\tb", "a b"),
            ("x\u{2028}y", "x ⏎ y"),
        ]
    )
    func textCannotSteer(text: String, shown: String) {
        #expect(SafeText.line(text) == shown)
    }

    @Test("messages, acks and refusals are shown in one line each")
    func linesAreShown() throws {
        let screen = ChatScreen(colours: false, timeZone: .gmt)
        let message = try #require(
            ServerMessage(
                json: #"{"type":"message","sender":{"id":"x","name":"Ca\u001bra"},"seq":5,"#
                    + #""at":"2026-03-04T12:01:02.123456Z","body":{"text":"hello\nyou"}}"#
            )
        )
        #expect(screen.delivered(message) == "12:01 Ca\u{FFFD}ra: hello ⏎ you")
        let ack = try #require(
            ServerMessage(json: #"{"type":"ack","id":"1","status":"delivered","decision":"1-18"}"#)
        )
        #expect(screen.acknowledged(ack) == "✓ delivered 1-18")
        let refusal = try #require(
            ServerMessage(
                json: #"{"type":"refused","id":"2","code":"blocked","message":"No numbers here.","#
                    + #""decision":"1-19","retry_after_ms":1200}"#
            )
        )
        #expect(
            screen.refused(refusal) == "✗ blocked 1-19 – No numbers here. Try again in 2 s."
        )
    }

    @Test("a connection asks with the token, then carries masked text both ways")
    func connectionCarriesText() throws {
        let target = try ChatTarget(url: Self.target, token: "a.b.c", trust: nil)
        var events: [String] = []
        let connection = ChatConnection(target: target) { _, event in
            switch event {
            case .text(let text): events.append(text)
            case .ended(let why): events.append("ended: " + why)
            }
        }
        let channel = EmbeddedChannel(handler: connection)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let request = try #require(try channel.readOutbound(as: ByteBuffer.self))
        let head = String(decoding: request.readableBytesView, as: UTF8.self)
        #expect(head.contains("\r\nAuthorization: Bearer a.b.c\r\n"))
        let key = try #require(
            head.components(separatedBy: "Sec-WebSocket-Key: ").last?
                .components(separatedBy: "\r\n").first
        )
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: \(OpeningHandshake.acceptKey(for: key))\r\n"
            + "Sec-WebSocket-Protocol: touchline.v1\r\n\r\n"
        // The welcome comes in one piece with the head, the next text in two, a ping between.
        try channel.writeInbound(ByteBuffer(bytes: Array(answer.utf8) + [0x81, 0x02, 0x7B, 0x7D]))
        try channel.writeInbound(ByteBuffer(bytes: [0x89, 0x01, 0x41, 0x81, 0x02, 0x68]))
        try channel.writeInbound(ByteBuffer(bytes: [0x69]))
        #expect(events == ["{}", "hi"])
        let pong = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(Array(pong.readableBytesView.prefix(2)) == [0x8A, 0x81])

        connection.send("hello")
        let frame = Array(
            try #require(try channel.readOutbound(as: ByteBuffer.self)).readableBytesView
        )
        #expect(Array(frame.prefix(2)) == [0x81, 0x85])
        let text = zip(frame[6...], 0...).map { $0 ^ frame[2 + $1 % 4] }
        #expect(String(decoding: text, as: UTF8.self) == "hello")

        try channel.writeInbound(ByteBuffer(bytes: [0x88, 0x04, 0x03, 0xF4, 0x68, 0x69]))
        #expect(events.last == "ended: the hub closed the connection with 1012: hi")
        _ = try? channel.finish()
    }
}
