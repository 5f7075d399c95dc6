import Testing
import WebSocketFrames

@Suite("Frames of RFC 6455")
struct FrameDecoderTests {
    @Test("the RFC's own examples are read (section 5.7)")
    func examples() {
        let hello = Array("Hello".utf8)
        #expect(read([0x81, 0x05] + hello, role: .client) == [.text(hello)])
        #expect(
            read([0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
                == [.text(hello)]
        )
        #expect(
            read(
                [0x01, 0x03] + Array("Hel".utf8) + [0x80, 0x02] + Array("lo".utf8),
                role: .client
            )
                == [.text(hello)]
        )
        #expect(read([0x89, 0x05] + hello, role: .client) == [.ping(hello)])
        #expect(
            read([0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
                == [.pong(hello)]
        )
        let k256 = [UInt8](repeating: 7, count: 256)
        #expect(read([0x82, 0x7E, 0x01, 0x00] + k256, role: .client) == [.binary(k256)])
        let k64 = [UInt8](repeating: 9, count: 65536)
        #expect(
            read([0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + k64, role: .client) == [.binary(k64)]
        )
    }

    @Test("however the bytes are cut, the events are the same", arguments: 0..<40)
    func cuts(seed: UInt64) {
        var random = SeededRandom(state: seed)
        let bytes = conversation(&random)
        let whole = read(bytes)
        #expect(whole.count > 5)
        #expect(read(bytes, pieces: Array(repeating: 1, count: bytes.count)) == whole)
        for _ in 0..<10 {
            var pieces: [Int] = []
            var left = bytes.count
            while left > 0 {
                let piece = Int.random(in: 1...min(left, 200), using: &random)
                pieces.append(piece)
                left -= piece
            }
            #expect(read(bytes, pieces: pieces) == whole)
        }
    }

    @Test("random bytes never trap", arguments: 0..<20)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(state: seed)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<64, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            // Half of them begin like a frame that a server would take.
            if count > 2, Bool.random(using: &random) {
                bytes[0] = [0x81, 0x01, 0x80, 0x82, 0x88, 0x89][Int(bytes[0]) % 6]
                bytes[1] |= 0x80
            }
            let whole = read(bytes)
            #expect(read(bytes, pieces: Array(repeating: 3, count: count / 3 + 1)) == whole)
        }
    }

    @Test(
        "what breaks the protocol fails with 1002",
        arguments: [
            frame(0xC1, [1]), frame(0xA1, [1]), frame(0x91, [1]),  // reserved bits
            frame(0x83, []), frame(0x87, []), frame(0x8B, []), frame(0x8F, []),  // opcodes
            frame(0x09, []), frame(0x0A, []), frame(0x08, []),  // fragmented control
            frame(0x89, [UInt8](repeating: 0, count: 126)),  // long control
            frame(0x80, [1]), frame(0x00, [1]),  // nothing to continue
            frame(0x01, [65]) + frame(0x81, [65]),  // a message inside another
            frame(0x81, [65], mask: nil),  // not masked
            [0x81, 0xFE, 0x00, 0x7D, 0, 0, 0, 0],  // 16-bit length that fits 7 bits
            [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0],  // 64-bit that fits 16
            [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],  // top bit
            frame(0x88, [0x03]),  // half a close code
        ]
    )
    func protocolErrors(bytes: [UInt8]) {
        #expect(read(bytes).last == .failed("protocol_error"))
        #expect(read(bytes + frame(0x81, [65])).last == .failed("protocol_error"))
    }

    @Test(
        "close codes are taken as the registry says",
        arguments: [
            (0, false), (999, false), (1000, true), (1001, true), (1002, true), (1003, true),
            (1004, false), (1005, false), (1006, false), (1007, true), (1011, true), (1014, true),
            (1015, false), (1016, false), (2000, false), (2999, false), (3000, true),
            (3999, true), (4000, true), (4999, true), (5000, false), (65535, false),
        ] as [(UInt16, Bool)]
    )
    func closeCodes(code: UInt16, allowed: Bool) {
        let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + Array("bye".utf8)
        let seen = read(frame(0x88, payload))
        #expect(seen == (allowed ? [.close(code, Array("bye".utf8))] : [.failed("protocol_error")]))
    }

    @Test("a close frame's reason must be UTF-8, and may be missing")
    func closeReasons() {
        #expect(read(frame(0x88, [])) == [.close(nil, [])])
        #expect(read(frame(0x88, [0x03, 0xE8, 0xFF])) == [.failed("invalid_text")])
    }

    @Test("limits are told from the head alone")
    func limits() {
        let big = [0x82, 0xFF, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4] as [UInt8]
        #expect(read(big) == [.failed("too_big")])
        let half = [UInt8](repeating: 65, count: 60)
        #expect(
            read(frame(0x01, half) + frame(0x80, half), messageBytesMax: 100)
                == [.failed("too_big")]
        )
        #expect(
            read(frame(0x81, half), frameBytesMax: 59, messageBytesMax: 100)
                == [.failed("too_big")]
        )
    }

    @Test(
        "bad UTF-8 fails at the byte that makes it bad",
        arguments: [
            [0xC0, 0xAF], [0xC1, 0x81], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0xAF], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0x80], [0xFF],
            [0xCE, 0x41],
        ] as [[UInt8]]
    )
    func badText(bytes: [UInt8]) {
        let payload = Array("good so far ".utf8) + bytes
        let whole = frame(0x81, payload + Array("more to come".utf8))
        // Without the last bytes: the fault is seen before the frame is complete.
        #expect(read(Array(whole.dropLast(12))) == [.failed("invalid_text")])
    }

    @Test("a character may span fragments, but not the message's end")
    func splitCharacters() {
        let euro: [UInt8] = [0xE2, 0x82, 0xAC]
        #expect(read(frame(0x01, [0xE2]) + frame(0x80, [0x82, 0xAC])) == [.text(euro)])
        #expect(read(frame(0x81, [0xE2, 0x82])) == [.failed("invalid_text")])
    }

    @Test("a close frame's reason is cut between characters")
    func encodedClose() {
        var bytes: [UInt8] = []
        FrameEncoder.appendClose(
            code: 4401,
            reason: String(repeating: "é", count: 100),
            to: &bytes
        )
        #expect(bytes.count <= 127)
        guard case .close(4401, let reason) = read(bytes, role: .client).first else {
            Issue.record("no close frame")
            return
        }
        #expect(String(decoding: reason, as: UTF8.self) == String(repeating: "é", count: 61))
    }

    /// Valid frames of all kinds: fragments with control frames between them.
    private func conversation(_ random: inout SeededRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<12 {
            let mask = UInt32(truncatingIfNeeded: random.next())
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes += frame(0x89, Array("ping".utf8), mask: mask)
            case 1: bytes += frame(0x82, text(&random), mask: mask)
            case 2: bytes += frame(0x81, text(&random), mask: mask)
            default:
                bytes += frame(0x01, text(&random), mask: mask)
                bytes += frame(0x8A, [], mask: mask)
                bytes += frame(0x00, text(&random), mask: mask)
                bytes += frame(0x80, text(&random), mask: mask)
            }
        }
        return bytes + frame(0x88, [0x03, 0xE8])
    }

    private func text(_ random: inout SeededRandom) -> [UInt8] {
        Array(String(repeating: "aé€😀", count: Int.random(in: 0..<60, using: &random)).utf8)
    }
}
