import AuditLog
import HubCore
import Outcomes
import Testing

/// Members who send faster than their session may: 10 a second, 20 at once.
struct FloodTests {
    private let talk: Conversation
    private let ann: Member
    private let ben: Member

    init() throws {
        talk = try Conversation(
            shards: 1,
            ("messages_per_second: 100000, burst: 100000", "messages_per_second: 10, burst: 20")
        )
        ann = talk.connect(1, claims: Fixture.adult)
        ben = talk.connect(2, claims: Fixture.adult)
        talk.hub.clock += 60_000_000
    }

    private func isRate(_ told: [String], id: String) -> Bool {
        told.count == 1 && told[0].hasPrefix(#"{"type":"refused","id":\#(id),"code":"rate""#)
            && told[0].contains("retry_after_ms")
    }

    @Test("what can't be read counts, too, and what is refused for its rate leaves no content")
    func unreadable() throws {
        for _ in 0..<10 {
            #expect(talk.ask(ann, "{")[0].contains(#""code":"bad_json""#))
            #expect(talk.ask(ann, #"{"id":"7"}"#)[0].contains(#""code":"bad_envelope""#))
        }
        #expect(isRate(talk.ask(ann, "{"), id: "null"))
        #expect(isRate(talk.ask(ann, #"{"id":"7"}"#), id: #""7""#))
        #expect(isRate(talk.ask(ann, #"{"id":"7","id":"8"}"#), id: "null"))
        #expect(isRate(talk.say(ann, "hello"), id: #""m""#))
        for event in try talk.events(4) {
            #expect((event.stage, event.disposition) == (.rate, .block))
            #expect(event.detail == #"{"code":"rate"}"#)
            #expect(event.bytes > 0 && talk.hub.contents[event.seq] == nil)
        }
        #expect(talk.say(ben, "hello").contains { $0.contains(#""status":"delivered""#) })
    }

    @Test("who goes on in spite of it is ended, and the record has that once")
    func ended() throws {
        for _ in 0..<1000 { talk.send(ann, "{") }
        talk.hub.settle()
        #expect(talk.hub.loops[0].closed == [ann.slot: .repeatedViolations])
        let events = try talk.hub.decodedEvents().filter { $0.kind == .frame }
        #expect(events.count == 20 + 500 + 1)
        #expect(events.filter { $0.detail == #"{"code":"rate"}"# }.count == 500)
        let last = try #require(events.last)
        #expect((last.stage, last.disposition) == (.rate, .block))
        #expect(last.detail == #"{"code":"repeated_violations"}"#)
        #expect(talk.hub.contents[last.seq] == nil)
        #expect(talk.say(ben, "hello").contains { $0.contains(#""status":"delivered""#) })
    }

    @Test("who sends twice what it may is refused every other time, for as long as it likes")
    func tolerated() {
        for _ in 0..<100 {
            talk.hub.clock += 1_000_000
            for _ in 0..<20 { talk.send(ann, "{") }
            talk.hub.settle()
        }
        let refused = talk.got(ann, "refused")
        #expect(refused.filter { $0.contains(#""code":"rate""#) }.count > 900)
        #expect(talk.hub.loops[0].closed.isEmpty)
    }

    @Test("a repeat is answered with what came of the first, however fast it comes")
    func repeats() throws {
        let key = "00000000-0000-4000-8000-000000000001"
        _ = talk.say(ann, "hello", key: key)
        let first = try #require(talk.got(ann, "ack").last)
        for _ in 0..<30 { talk.send(ann, "{") }
        #expect(talk.say(ann, "hello", key: key) == [first])
    }

    @Test("what comes behind a frame that ends its connection is not recorded")
    func broken() throws {
        let before = talk.hub.journal.count
        for outcome in [Outcome.unsupportedData, .invalidText] {
            Array("hello".utf8).withUnsafeBytes {
                talk.hub.loops[0].shard.unusable($0, outcome, from: ann.slot, at: talk.hub.now)
            }
        }
        talk.send(ann, "{")
        talk.hub.settle()
        #expect(talk.hub.journal.count == before + 1)
        #expect(talk.hub.loops[0].closed == [ann.slot: .unsupportedData])
    }
}
