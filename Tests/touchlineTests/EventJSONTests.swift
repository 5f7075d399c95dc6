import AuditLog
import JSONDocument
import Outcomes
import Testing

@testable import touchline

/// Events as the lines of an export have them.
struct EventJSONTests {
    private static let full: Event = {
        var event = Event(
            log: 7,
            seq: .max,
            at: -9_000_000_000,
            kind: .message,
            stage: .rules,
            disposition: .redact
        )
        event.session = UUID16(high: 0x0123_4567_89ab_cdef, low: .max)
        event.subject = UUID16(high: 0, low: 1)
        event.channel = "club:\"é\"\\🏟️\n\u{1}"
        event.channelEpoch = 3
        event.channelSeq = 0
        event.message = UUID16(high: .max, low: 0)
        event.refersLog = 7
        event.refersSeq = 12
        event.rules = ["a", "", "日本"]
        event.shadowRules = ["{}", "NULL"]
        event.score = .min
        event.policy = (0..<32).map { UInt8($0 * 8) }
        event.bytes = 1
        event.judgedNs = .max
        event.contentHash = [UInt8](repeating: 0xff, count: 32)
        event.detail = #"{ "b" : 1, "a":"\u0000", "a":[1e3,null] }"#
        return event
    }()
    private static let bare = Event(
        log: 1,
        seq: 1,
        at: 0,
        kind: .hubStarted,
        stage: .done,
        disposition: .allow
    )

    private static func tuple(_ event: Event) -> [UInt8] {
        var tuple: [UInt8] = []
        event.encode(into: &tuple)
        return tuple
    }

    private static func json(_ tuple: [UInt8]) -> [UInt8]? {
        var json: [UInt8] = []
        return tuple.withUnsafeBytes { EventJSON.write($0, into: &json) } ? json : nil
    }

    /// The tuple that a text is read as; nil when it is none.
    private static func tuple(of json: [UInt8]) -> [UInt8]? {
        let parser = JSONParser()
        return withExtendedLifetime(parser) {
            json.withUnsafeBytes { text in
                guard case .value(let object) = parser.parse(text) else { return nil }
                var tuple: [UInt8] = [1, 2, 3]
                return EventJSON.read(object, into: &tuple) ? tuple : nil
            }
        }
    }

    @Test("an event is read from its line as the bytes that it was", arguments: [full, bare])
    func roundTrip(event: Event) throws {
        let tuple = Self.tuple(event)
        let json = try #require(Self.json(tuple))
        #expect(Self.tuple(of: json) == tuple)
    }

    @Test("every flipped bit of a line makes another event, or none", arguments: [full, bare])
    func flips(event: Event) throws {
        let tuple = Self.tuple(event)
        let json = try #require(Self.json(tuple))
        for place in json.indices {
            for bit in 0..<8 {
                var changed = json
                changed[place] ^= 1 << bit
                #expect(Self.tuple(of: changed) != tuple, "byte \(place), bit \(bit)")
            }
        }
    }

    @Test("what is no tuple of an event is not written as one, and nothing is left of the attempt")
    func strangers() {
        let tuple = Self.tuple(Self.full)
        for count in tuple.indices {
            var json: [UInt8] = [1]
            let isWritten = tuple[..<count].withUnsafeBytes { EventJSON.write($0, into: &json) }
            #expect(!isWritten && json == [1], "\(count) bytes")
        }
        #expect(Self.json(tuple + [0]) == nil)
        var notText = tuple
        let place = tuple.firstRange(of: Array("club:".utf8))!.lowerBound
        notText[place] = 0xff
        #expect(Self.json(notText) == nil)
    }

    @Test("members left out, too many, out of order or out of range make no event")
    func others() throws {
        let line = String(decoding: try #require(Self.json(Self.tuple(Self.bare))), as: UTF8.self)
        let changes = [
            ("\"log\":1,", ""), ("\"{}\"}", "\"{}\",\"more\":1}"), ("\"kind\":1", "\"kind\":32768"),
            ("\"log\":1,\"seq\":1", "\"seq\":1,\"log\":1"), ("\"score\":0", "\"score\":0.0"),
            ("\"score\":0", "\"score\":\"0\""), ("\"rules\":[]", "\"rules\":[null]"),
            ("\"rules\":[]", "\"rules\":{}"), ("\"policy\":null", "\"policy\":\"AB\""),
            ("\"policy\":null", "\"policy\":\"abc\""), ("\"session\":null", "\"session\":\"ab\""),
            ("\"detail\":\"{}\"", "\"detail\":{}"),
        ]
        for (old, new) in changes {
            let changed = line.replacing(old, with: new, maxReplacements: 1)
            #expect(changed != line)
            #expect(Self.tuple(of: Array(changed.utf8)) == nil, "\(changed)")
        }
    }
}
