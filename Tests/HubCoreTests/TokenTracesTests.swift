import AuditLog
import HubCore
import Outcomes
import Testing

@Suite("Tokens in what can't be read")
struct TokenTracesTests {
    private let talk: Conversation
    private let ann: Member
    private static let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"

    init() throws {
        talk = try Conversation(shards: 1)
        ann = talk.connect(1, claims: Fixture.adult)
    }

    @Test(
        "a message that may hold a token leaves none of it in the record",
        arguments: [
            (#"{"type":"renew","id":"1","token":"JWT","id":"2"}"#, Outcome.duplicateKey),
            (#"{"type":"renew","id":"1","token":"JWT""#, .badJSON),
            (#"{"type":"renew","id":"1","token":"1.2.mac","#, .badJSON),
            (#"{"type":"renew","id":"1","\u0074oken":"1.2.mac","#, .badJSON),
            (#"{"type":"renew","id":"1","t\u006Fk\u0065\u006e":"x","id":"2"}"#, .duplicateKey),
            (#"{"type":"renewal","id":"1","token":"1.2.mac"}"#, .unknownType),
            (#"{"type":"renew","id":"1","jwt":"JWT"}"#, .badEnvelope),
            (#"[{"type":"renew","id":"1","token":"1.2.mac"}]"#, .badEnvelope),
            ("JWT", .badJSON),
        ]
    )
    func traces(text: String, outcome: Outcome) throws {
        let told = talk.ask(ann, text.replacing("JWT", with: Self.jwt))
        #expect(told.count == 1 && told[0].contains(#""code":"\#(outcome.rawValue)""#))
        let event = try #require(try talk.events(1).first)
        #expect(event.disposition == .block && event.bytes > 0)
        #expect(talk.hub.contents[event.seq] == nil && event.contentHash == nil)
    }

    @Test(
        "what can't be read and has no trace of one is kept as it came",
        arguments: [
            "{", #"{"toke"#, #"{"\u0074oke"#, #"{"\u0074ok\u0065m":1"#, #"{"\u007"#, "ey J", "{\\",
            #"{"type":"dance","id":"1","text":"take to Kent"}"#,
        ]
    )
    func others(text: String) throws {
        _ = talk.ask(ann, text)
        let event = try #require(try talk.events(1).first)
        #expect(talk.hub.contents[event.seq]?.map(\.body) == [Array(text.utf8)])
    }

    @Test("so it is with a binary message", arguments: [("token", 0), ("hello", 1)])
    func binary(text: String, parts: Int) throws {
        Array(text.utf8).withUnsafeBytes {
            talk.hub.loops[0].shard.unusable($0, .unsupportedData, from: ann.slot, at: talk.hub.now)
        }
        talk.hub.settle()
        #expect(talk.hub.loops[0].closed == [ann.slot: .unsupportedData])
        let event = try #require(try talk.events(1).first)
        #expect(talk.hub.contents[event.seq, default: []].count == parts)
    }
}
