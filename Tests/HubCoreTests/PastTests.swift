import AuditLog
import Foundation
import HubCore
import Outcomes
import Testing

/// History, edits and deletions, from memory, from the record, and from both joined.
@Suite("What was said before")
struct PastTests {
    /// Bytes of memory: all, a few messages, none.
    static let memories = [1 << 20, 3_000, 0]

    private func history(
        _ talk: Conversation,
        _ member: Member,
        _ rest: String = ""
    ) throws -> (texts: [String], more: Bool, answer: [String: Any]) {
        let answers = talk.ask(
            member,
            #"{"type":"history","id":"h","channel":"club:a"\#(rest)}"#
        )
        let answer = try #require(answers.first { $0.hasPrefix(#"{"type":"history""#) })
        let json = try Self.json(answer)
        let messages = try #require(json["messages"] as? [[String: Any]])
        let texts = messages.compactMap { ($0["body"] as? [String: Any])?["text"] as? String }
        return (texts, try #require(json["more"] as? Bool), json)
    }

    private static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func change(
        _ talk: Conversation,
        _ member: Member,
        _ type: String,
        _ seq: Int,
        _ text: String? = nil,
        epoch: Int = 1
    ) -> [String] {
        let body = text.map { #","body":{"text":"\#($0)"}"# } ?? ""
        return talk.ask(
            member,
            #"{"type":"\#(type)","id":"c","channel":"club:a","epoch":\#(epoch),"seq":\#(seq)\#(body)}"#
        )
    }

    @Test("pages go back to the first message, whatever memory holds", arguments: memories)
    func pages(memory: Int) throws {
        let talk = try Conversation(recentBytesMax: memory)
        let ann = talk.connect(1)
        for number in 1...25 { _ = talk.say(ann, "m\(number)") }
        var texts: [String] = []
        var before = ""
        for _ in 0..<9 {
            let page = try history(talk, ann, #","limit":10\#(before)"#)
            texts = page.texts + texts
            guard page.more else { break }
            let next = try #require(page.answer["next"] as? [String: Any])
            before = #","before":{"epoch":\#(next["epoch"]!),"seq":\#(next["seq"]!)}"#
        }
        #expect(texts == (1...25).map { "m\($0)" })
        let event = try talk.events(1)[0]
        #expect(event.kind == .history && event.channel == "club:a" && event.channelSeq == nil)
        #expect(event.detail == #"{"shown":5,"withheld":0}"#)
    }

    @Test("edited, deleted and erased messages are read as they are by now", arguments: memories)
    func changes(memory: Int) throws {
        let talk = try Conversation(recentBytesMax: memory)
        let (ann, bob) = (talk.connect(1), talk.connect(2, on: 1))
        _ = talk.say(ann, "one")
        _ = talk.say(bob, "two")
        _ = talk.say(ann, "three")
        _ = talk.say(bob, "four")
        let edited = change(talk, ann, "edit", 1, "one, darn it")
        #expect(edited.contains { $0.contains(#""status":"redacted""#) })
        #expect(change(talk, ann, "edit", 1, "uno").contains { $0.contains(#""status":"edited""#) })
        #expect(change(talk, bob, "delete", 2).contains { $0.contains(#""status":"deleted""#) })
        #expect(try history(talk, bob).texts == ["uno", "three", "four"])
        // Nobody changes what is not there, or not theirs.
        for (type, seq) in [("edit", 2), ("delete", 2), ("edit", 1), ("delete", 1), ("edit", 99)] {
            let text = type == "edit" ? "mine" : nil
            let refused = change(talk, bob, type, seq, text)
            #expect(refused.count == 1 && refused[0].contains(#""code":"unknown_message""#))
        }
        #expect(change(talk, bob, "edit", 4, "poison")[0].contains(#""code":"blocked""#))
        let held = talk.connect(3, claims: Fixture.player)
        #expect(change(talk, bob, "edit", 4, "call me")[0].contains(#""status":"held""#))
        #expect(try history(talk, held).texts == ["uno", "three", "four"])
        talk.hub.loops[0].shard.propose(
            Keeping(
                kind: .erase,
                subject: ann.subject,
                channel: nil,
                refers: nil,
                detail: "{}",
                reason: "{}"
            ),
            at: talk.hub.now
        )
        #expect(try history(talk, held).texts == ["four"])
        #expect(talk.got(bob, "edited").count == 2 && talk.got(bob, "removed").count == 1)
        #expect(talk.got(ann, "removed")[0].contains(#""by":"author""#))
    }

    @Test("each message of a page is judged for who reads it", arguments: memories)
    func judged(memory: Int) throws {
        let talk = try Conversation(recentBytesMax: memory)
        let (ann, kid) = (
            talk.connect(1, claims: Fixture.adult), talk.connect(2, claims: Fixture.player)
        )
        for text in ["hello", "whisky", "pin 1234", "sneak"] { _ = talk.say(ann, text) }
        _ = change(talk, ann, "edit", 1, "hello 5678")
        #expect(try history(talk, ann).texts == ["hello ••••", "whisky", "pin ••••", "sneak"])
        let page = try history(talk, kid)
        #expect(page.texts == ["hello ••••", "pin ••••", "sneak"])
        let first = try #require((page.answer["messages"] as? [[String: Any]])?.first)
        #expect((first["edited"] as? [String: Int]) == ["epoch": 1, "seq": 5])
        let event = try talk.events(1)[0]
        #expect(event.detail == #"{"shown":3,"withheld":1}"#)
        #expect(event.rules == ["not-for-children", "numbers"])
        let refused = change(talk, ann, "edit", 1, "sneak")
        #expect(refused[0].contains(#""code":"blocked","message":"Not by an edit.""#))
    }

    @Test("what memory no longer holds and the record lacks is not told in part")
    func behind() throws {
        let talk = try Conversation(recentBytesMax: 3_000)
        let ann = talk.connect(1)
        talk.hub.shipsAtOnce = false
        for number in 1...20 { _ = talk.say(ann, "m\(number)") }
        let few = try history(talk, ann, #","limit":2"#)
        #expect(few.texts == ["m19", "m20"] && few.more)
        let ask = #"{"type":"history","id":"h","channel":"club:a"}"#
        let busy = talk.ask(ann, ask)
        #expect(busy.count == 1 && busy[0].contains(#""code":"busy""#))
        #expect(busy[0].contains(#""retry_after_ms":1000"#))
        talk.hub.isAway = true
        #expect(talk.ask(ann, ask)[0].contains(#""code":"record_unavailable""#))
        (talk.hub.isAway, talk.hub.shipsAtOnce) = (false, true)
        #expect(try history(talk, ann).texts.count == 20)
    }

    @Test("what a member sends behind a question of the record waits, in order")
    func order() throws {
        let talk = try Conversation(recentBytesMax: 0)
        let ann = talk.connect(1)
        _ = talk.say(ann, "one")
        let before = talk.hub.loops[0].sent[ann.slot, default: []].count
        talk.send(ann, Conversation.message("two"))
        talk.send(ann, #"{"type":"history","id":"h","channel":"club:a"}"#)
        talk.send(ann, Conversation.message("three"))
        talk.hub.settle()
        let got = talk.hub.loops[0].sent[ann.slot, default: []].dropFirst(before).map {
            try? Self.json($0)["type"] as? String
        }
        #expect(got == ["ack", "message", "history", "ack", "message"])
    }

    @Test("an edit behind a deletion comes too late, on whichever shard it was judged")
    func race() throws {
        let talk = try Conversation()
        let ann = talk.connect(1)
        let again = talk.connect(1, on: 1)
        _ = talk.say(ann, "one")
        talk.send(ann, #"{"type":"delete","id":"d","channel":"club:a","epoch":1,"seq":1}"#)
        talk.send(
            again,
            #"{"type":"edit","id":"e","channel":"club:a","epoch":1,"seq":1,"body":{"text":"x"}}"#
        )
        talk.send(again, #"{"type":"history","id":"h","channel":"club:a"}"#)
        for loop in talk.hub.loops { talk.hub.handOver(loop) }
        talk.hub.settle()
        let answers = talk.hub.loops[1].sent[again.slot, default: []].suffix(3)
        #expect(answers.count { $0.contains(#""code":"unknown_message""#) } == 1)
        #expect(answers.count { $0.contains(#""messages":[]"#) } == 1)
        #expect(talk.got(again, "edited").isEmpty)
    }

    @Test("after a restart all is read and changed from the record")
    func restart() throws {
        let talk = try Conversation()
        var ann = talk.connect(1, claims: Fixture.adult)
        for text in ["one", "two", "three"] { _ = talk.say(ann, text) }
        _ = change(talk, ann, "edit", 2, "deux")
        try talk.hub.restart()
        ann = talk.connect(1)
        _ = talk.say(ann, "four")
        #expect(try history(talk, ann).texts == ["one", "deux", "three", "four"])
        _ = change(talk, ann, "edit", 1, "un")
        _ = change(talk, ann, "delete", 2)
        #expect(change(talk, ann, "edit", 2, "x")[0].contains(#""code":"unknown_message""#))
        #expect(try history(talk, ann).texts == ["un", "three", "four"])
        // Unshipped, the changes are memory's alone.
        talk.hub.shipsAtOnce = false
        _ = change(talk, ann, "delete", 3)
        #expect(try history(talk, ann).texts == ["un", "four"])
    }

    @Test(
        "bad input has an outcome, an event and no effect",
        arguments: [
            #""type":"history","limit":0"#, #""type":"history","limit":101"#,
            #""type":"history","limit":"9""#, #""type":"history","before":7"#,
            #""type":"history","before":{"epoch":1}"#,
            #""type":"history","before":{"epoch":1,"seq":1,"x":1}"#,
            #""type":"history","body":{}"#, #""type":"edit","epoch":1,"seq":1"#,
            #""type":"edit","epoch":1,"seq":1,"body":"text""#,
            #""type":"edit","epoch":"1","seq":1,"body":{}"#,
            #""type":"edit","seq":1,"body":{}"#, #""type":"delete","epoch":1,"seq":0"#,
            #""type":"delete","epoch":1,"seq":-1"#, #""type":"delete","epoch":4294967297,"seq":1"#,
            #""type":"delete","epoch":1,"seq":1.5"#,
            #""type":"delete","epoch":1,"seq":99999999999999999999"#,
            #""type":"delete","epoch":1,"seq":1,"body":{}"#,
        ]
    )
    func badInput(members: String) throws {
        let talk = try Conversation()
        let ann = talk.connect(1)
        _ = talk.say(ann, "one")
        let answers = talk.ask(ann, #"{"id":"b","channel":"club:a",\#(members)}"#)
        #expect(answers.count == 1)
        #expect(
            answers[0].contains(#""code":"bad_envelope""#)
                || answers[0].contains(#""code":"bad_json""#)
        )
        #expect(try talk.events(1)[0].disposition == .block)
        #expect(try history(talk, ann).texts == ["one"])
    }

    @Test("a channel that the member isn't in, or that nobody knows, tells nothing")
    func notJoined() throws {
        let talk = try Conversation()
        let ann = talk.connect(1)
        for type in ["history", "delete", "edit"] {
            let rest =
                type == "history"
                ? "" : #","epoch":1,"seq":1"# + (type == "edit" ? #","body":{}"# : "")
            let answers = talk.ask(ann, #"{"type":"\#(type)","id":"n","channel":"secret"\#(rest)}"#)
            #expect(answers.count == 1 && answers[0].contains(#""code":"not_joined""#))
            let event = try talk.events(1)[0]
            #expect(event.channel == nil && event.disposition == .block)
        }
    }
}
