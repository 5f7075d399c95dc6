import AuditLog
import Outcomes
import Testing

@Suite struct EventTests {
    static let event = Event(
        log: 1,
        seq: 18,
        at: 846_000_000_123_456,
        kind: .message,
        stage: .rules,
        disposition: .redact,
        session: UUID16(high: 1, low: 2),
        subject: UUID16(high: 3, low: 4),
        channel: "club:demo:ü14",
        channelEpoch: 3,
        channelSeq: 5,
        message: UUID16(high: 5, low: 6),
        refersLog: 1,
        refersSeq: 17,
        rules: ["swearing", "flood"],
        shadowRules: ["caps"],
        score: 2,
        policy: [UInt8](repeating: 7, count: 32),
        bytes: 200,
        judgedNs: 4000,
        contentHash: [UInt8](repeating: 9, count: 32),
        detail: #"{"code":"redacted"}"#
    )

    @Test("flipping any bits of any byte changes the leaf and never decodes to the same event")
    func tampering() {
        var tuple: [UInt8] = []
        Self.event.encode(into: &tuple)
        let leaf = tuple.withUnsafeBytes { TreeHash(leafOf: $0) }
        for index in tuple.indices {
            for mask: UInt8 in [0x01, 0x80, 0xff] {
                var tampered = tuple
                tampered[index] ^= mask
                #expect(tampered.withUnsafeBytes { TreeHash(leafOf: $0) } != leaf)
                guard let decoded = decode(tampered) else { continue }
                var again: [UInt8] = []
                decoded.encode(into: &again)
                #expect(again == tampered, "byte \(index) was read as something else")
            }
        }
    }

    @Test("every tuple cut short, and one with a byte more, is refused")
    func cutShort() {
        var tuple: [UInt8] = []
        Self.event.encode(into: &tuple)
        for count in 0..<tuple.count { #expect(decode([UInt8](tuple[..<count])) == nil) }
        #expect(decode(tuple + [0]) == nil)
        #expect(decode(tuple) == Self.event)
    }

    @Test("random bytes are refused or encode to themselves, and never trap")
    func randomBytes() {
        var generator = SplitMix64(seed: 42)
        var base: [UInt8] = []
        Self.event.encode(into: &base)
        for _ in 0..<20_000 {
            var tuple = base
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<tuple.count, using: &generator)
                tuple[index] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let decoded = decode(tuple) else { continue }
            var again: [UInt8] = []
            decoded.encode(into: &again)
            #expect(again == tuple)
        }
    }

    @Test("seq, at and channel_seq can be stamped in place, behind other bytes of the buffer")
    func stamping() throws {
        var buffer: [UInt8] = [1, 2, 3]
        var draft = Self.event
        draft.seq = 0
        draft.at = 0
        draft.channelSeq = 0
        let offset = try #require(draft.encode(into: &buffer))
        var tuple = [UInt8](buffer[3...])
        tuple.withUnsafeMutableBytes {
            Row.stamp(seq: 18, at: Self.event.at, into: $0)
            Row.stamp(channelSeq: 5, atOffset: offset, into: $0)
        }
        #expect(buffer[..<3] == [1, 2, 3])
        #expect(decode(tuple) == Self.event)
        #expect(tuple.withUnsafeBytes { Row.seq(of: $0) } == 18)
        #expect(tuple.withUnsafeBytes { Row.log(of: $0) } == 1)
        #expect([0].withUnsafeBytes { Row.seq(of: $0) } == nil)
    }

    @Test("refers_seq can be stamped in place, whatever stands before it; a NULL stays NULL")
    func referring() throws {
        for change: (inout Event) -> Void in [
            { _ in }, { $0.channel = nil }, { ($0.session, $0.message) = (nil, nil) },
            { $0.channelSeq = nil },
        ] {
            var event = Self.event
            change(&event)
            var tuple: [UInt8] = []
            event.encode(into: &tuple)
            tuple.withUnsafeMutableBytes { Event.stamp(refersSeq: 4711, into: $0) }
            event.refersSeq = 4711
            #expect(decode(tuple) == event)
        }
        var event = Self.event
        (event.refersLog, event.refersSeq) = (nil, nil)
        var tuple: [UInt8] = []
        event.encode(into: &tuple)
        tuple.withUnsafeMutableBytes { Event.stamp(refersSeq: 4711, into: $0) }
        #expect(decode(tuple) == event)
    }

    @Test("what PostgreSQL would refuse, or must not get, is named by validate()", arguments: bad)
    func invalid(change: BadEvent) {
        var event = Self.event
        change.change(&event)
        #expect(event.validate() == change.error)
        // Encoding is total all the same, so that nothing that strangers send can stop the hub.
        var tuple: [UInt8] = []
        event.encode(into: &tuple)
        #expect(tuple.count == event.encodedSize)
    }

    struct BadEvent: Sendable, CustomTestStringConvertible {
        var error: RowError
        var change: @Sendable (inout Event) -> Void
        var testDescription: String { error.description }
    }

    static let long = String(repeating: "x", count: 300)
    static let bad: [BadEvent] = [
        BadEvent(error: .tooLong(column: "channel", count: 300, limit: 256)) { $0.channel = long },
        BadEvent(error: .tooLong(column: "rules", count: 300, limit: 256)) { $0.rules = [long] },
        BadEvent(error: .tooLong(column: "shadow_rules", count: 257, limit: 256)) {
            $0.shadowRules = Array(repeating: "r", count: 257)
        },
        BadEvent(error: .tooLong(column: "channel", count: 258, limit: 256)) {
            $0.channel = String(repeating: "é", count: 129)
        },
        BadEvent(error: .zeroCharacter(column: "channel")) { $0.channel = "a\u{0}b" },
        BadEvent(error: .zeroCharacter(column: "rules")) { $0.rules = ["\u{0}"] },
        BadEvent(error: .zeroCharacter(column: "detail")) { $0.detail = "{\u{0}}" },
        BadEvent(error: .notAnObject(column: "detail")) { $0.detail = "" },
        BadEvent(error: .tooLong(column: "detail", count: 16_386, limit: 16_384)) {
            $0.detail = "{" + String(repeating: " ", count: 16_384) + "}"
        },
        BadEvent(error: .width(column: "policy", bytes: 31)) { $0.policy?.removeLast() },
        BadEvent(error: .width(column: "content_hash", bytes: 0)) { $0.contentHash = [] },
        BadEvent(error: .null(column: "refers_log")) { $0.refersLog = nil },
        BadEvent(error: .value(column: "refers_seq", number: 0)) { $0.refersSeq = 0 },
        BadEvent(error: .value(column: "seq", number: -1)) { $0.seq = -1 },
        BadEvent(error: .value(column: "at", number: .max)) { $0.at = .max },
        BadEvent(error: .value(column: "bytes", number: -1)) { $0.bytes = -1 },
        BadEvent(error: .value(column: "judged_ns", number: -5)) { $0.judgedNs = -5 },
        BadEvent(error: .value(column: "channel_seq", number: -2)) { $0.channelSeq = -2 },
    ]

    @Test("300-byte names and U+0000 are refused for subjects and policies too")
    func invalidRows() {
        var subject = SubjectRow(
            pseudonym: UUID16(high: 0, low: 0),
            issuer: "i",
            sub: "s",
            name: "n",
            claims: "{}",
            firstSeen: 0
        )
        #expect(subject.validate() == nil)
        subject.name = Self.long
        #expect(subject.validate() == .tooLong(column: "name", count: 300, limit: 256))
        subject.name = "\u{0}"
        #expect(subject.validate() == .zeroCharacter(column: "name"))
        let policy = PolicyRow(digest: [1], files: "{}")
        #expect(policy.validate() == .width(column: "digest", bytes: 1))
        let part = ContentPart(
            kind: .original,
            salt: Salt(high: 0, low: 0),
            body: [UInt8](repeating: 0, count: Row.bodyBytesMax + 1)
        )
        #expect(part.validate() != nil)
    }

    @Test("a decoded text must be UTF-8 without U+0000")
    func badText() {
        var event = Self.event
        event.channel = "abcd"
        var tuple: [UInt8] = []
        event.encode(into: &tuple)
        let index = tuple.indices.first { tuple[$0...].starts(with: Array("abcd".utf8)) } ?? 0
        tuple[index] = 0
        #expect(throws: RowError.zeroCharacter(column: "channel")) {
            try tuple.withUnsafeBytes { try Event(decoding: $0) }
        }
        tuple[index] = 0xed
        #expect(throws: RowError.notUTF8(column: "channel")) {
            try tuple.withUnsafeBytes { try Event(decoding: $0) }
        }
    }

    private func decode(_ tuple: [UInt8]) -> Event? {
        tuple.withUnsafeBytes { try? Event(decoding: $0) }
    }
}

/// A small seeded generator, so that a failing test fails again.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
