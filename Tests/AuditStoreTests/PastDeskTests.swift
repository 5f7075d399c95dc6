import AuditLog
import AuditStore
import HubCore
import Logging
import Outcomes
import Synchronization
import Testing

@Suite("What was said, read back from PostgreSQL")
struct PastDeskTests {
    private let lab: Laboratory
    private let now = Laboratory.now()
    private let ann = UUID16(high: 1, low: 1)
    private let bob = UUID16(high: 2, low: 2)

    init() throws {
        lab = try Laboratory()
        let name = SubjectRow(
            pseudonym: ann,
            issuer: "https://issuer.test",
            sub: "ann",
            name: "Ann",
            claims: "{}",
            firstSeen: now
        )
        var tuple: [UInt8] = []
        name.encode(into: &tuple)
        lab.records.append(event(1, .connect), [])
        lab.records.append(.subject, tuple, seq: 1)
        for (seq, number) in [(2, 1), (3, 2), (4, 3), (5, 4)] {
            say(Int64(seq), .message, Int64(number), "m\(number)", by: number == 4 ? bob : ann)
        }
        say(6, .edit, 5, "new", by: ann, about: 2)
        say(7, .edit, nil, "held", by: ann, about: 3)
        say(8, .delete, 6, nil, by: bob, about: 3)
        say(9, .edit, 7, "newest", by: ann, about: 2)
        say(10, .message, 1, "elsewhere", by: ann, in: "club:b")
        say(11, .message, 1, "next run", by: ann, epoch: 2, kind: "poll")
    }

    private func event(_ seq: Int64, _ kind: EventKind) -> Event {
        Event(
            log: 1,
            seq: seq,
            at: now - 1_000_000 + seq,
            kind: kind,
            stage: .done,
            disposition: .allow,
            subject: ann
        )
    }

    private func say(
        _ seq: Int64,
        _ kind: EventKind,
        _ number: Int64?,
        _ text: String?,
        by author: UUID16,
        about: Int64? = nil,
        in channel: String = "club:a",
        epoch: Int32 = 1,
        kind named: String? = nil
    ) {
        var said = event(seq, kind)
        said.disposition = number == nil ? .hold : .allow
        said.subject = author
        said.channel = channel
        said.channelEpoch = epoch
        said.channelSeq = number
        said.message = UUID16(high: 0x7000, low: UInt64(about ?? seq))
        said.refersLog = about.map { _ in 1 }
        said.refersSeq = about
        if kind == .delete { said.detail = #"{"by":"moderator"}"# }
        if let named { said.detail = #"{"kind":"\#(named)"}"# }
        let part: Part = number == nil ? .original : .delivered
        let contents = text.map {
            [ContentPart(kind: part, salt: Salt(high: 0, low: 0), body: Array("\"\($0)\"".utf8))]
        }
        said.contentHash = contents.map { Commitment.contentHash(of: $0) ?? [] }
        lab.records.append(said, contents ?? [])
    }

    /// - Parameter clock: the desk's, microseconds since 2000-01-01 UTC.
    private func ask(
        _ what: PastQuestion.What,
        user: String? = nil,
        clock: Int64 = Laboratory.now()
    ) throws -> PastAnswer {
        let desk = PastDesk(
            conninfo: lab.cluster.conninfo(
                lab.database,
                user: user ?? PostgresCluster.hubUser
            ),
            log: 1,
            now: { clock },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        desk.start()
        defer { desk.stop() }
        let told = Signal()
        let answer = Mutex<Result<PastAnswer, PastRefused>>(.failure(.busy))
        desk.ask(PastQuestion(channel: "club:a", what)) { result in
            answer.withLock { $0 = result }
            told.set()
        }
        #expect(told.wait(milliseconds: 20_000))
        return try answer.withLock { $0 }.get()
    }

    private func words(_ rows: [PastRow]) -> [String] {
        rows.map { row in
            let place = "\(row.place.epoch).\(row.place.seq)"
            let body = row.body.map { String(decoding: $0, as: UTF8.self) } ?? "-"
            switch row.what {
            case .message: return "\(place) \(body)"
            case .edit(let of): return "\(place) edit \(of.seq) \(body)"
            case .removal(let of, let by): return "\(place) removal \(of.seq) \(by)"
            }
        }
    }

    @Test("pages hold the newest words of what is still there")
    func pages() throws {
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let all = try ask(.page(before: nil, limit: 10))
        #expect(
            words(all.rows) == ["1.1 \"newest\"", "1.3 \"m3\"", "1.4 \"m4\"", "2.1 \"next run\""]
        )
        #expect(all.watermark == 11 && !all.hasMore)
        #expect(all.rows[0].edited == Place(epoch: 1, seq: 7) && all.rows[1].edited == nil)
        #expect(all.rows[0].name == "Ann" && all.rows[2].name == nil)
        #expect(all.rows[3].kind == "poll" && all.rows[0].kind == "message")
        let page = try ask(.page(before: Place(epoch: 2, seq: 1), limit: 2))
        #expect(words(page.rows) == ["1.3 \"m3\"", "1.4 \"m4\""] && page.hasMore)
        let none = try ask(.page(before: Place(epoch: 1, seq: 1), limit: 2))
        #expect(none.rows.isEmpty && none.watermark == 11 && !none.hasMore)
    }

    @Test("a replay has every number, and of nothing what was taken away")
    func replay() throws {
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let found = try ask(.replay(from: Place(epoch: 1, seq: 2), limit: 10))
        #expect(
            words(found.rows) == [
                "1.2 removal 2 moderator", "1.3 \"m3\"", "1.4 \"m4\"", "1.5 edit 1 \"newest\"",
                "1.6 removal 2 moderator", "1.7 edit 1 \"newest\"", "2.1 \"next run\"",
            ]
        )
        #expect(!found.hasMore)
        let few = try ask(.replay(from: Place(epoch: 1, seq: 6), limit: 1))
        #expect(few.rows.count == 1 && few.hasMore)
    }

    @Test(
        "what is older than most ask for is told as whole, wherever a window begins",
        arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    )
    func windows(seq: Int64) throws {
        #expect(lab.shipper().stop(drain: .seconds(20)))
        for days in [2, 30] as [Int64] {
            let clock = event(seq, .message).at + days * 86_400_000_000
            let all = try ask(.page(before: nil, limit: 10), clock: clock)
            #expect(all.rows.count == 4 && !all.hasMore)
            let page = try ask(.page(before: Place(epoch: 2, seq: 1), limit: 2), clock: clock)
            #expect(words(page.rows) == ["1.3 \"m3\"", "1.4 \"m4\""] && page.hasMore)
            let replay = try ask(.replay(from: Place(epoch: 1, seq: 5), limit: 10), clock: clock)
            #expect(
                words(replay.rows) == [
                    "1.5 edit 1 \"newest\"", "1.6 removal 2 moderator", "1.7 edit 1 \"newest\"",
                    "2.1 \"next run\"",
                ]
            )
            #expect(replay.rows.allSatisfy { $0.author == ann })
            let whole = try ask(.replay(from: Place(epoch: 1, seq: 0), limit: 10), clock: clock)
            #expect(whole.rows.count == 8)
            let one = try ask(.message(at: Place(epoch: 1, seq: 3)), clock: clock)
            #expect(words(one.rows) == ["1.3 \"m3\""])
        }
    }

    @Test("one message is found by its place, with what became of it, and erased words are gone")
    func message() throws {
        // An edit of hers is held, so somebody answers for it.
        var erasure = event(12, .erase)
        erasure.detail = #"{"override":1}"#
        lab.records.append(erasure)
        #expect(lab.shipper().stop(drain: .seconds(20)))
        #expect(try ask(.message(at: Place(epoch: 1, seq: 5))).rows.isEmpty)
        #expect(try ask(.message(at: Place(epoch: 3, seq: 1))).rows.isEmpty)
        let erased = try ask(.message(at: Place(epoch: 1, seq: 1))).rows
        #expect(words(erased) == ["1.1 -"] && erased[0].seq == 2 && erased[0].author == ann)
        #expect(words(try ask(.page(before: nil, limit: 10)).rows) == ["1.4 \"m4\""])
    }

    @Test("a database that can't be asked is told apart from one that knows nothing")
    func away() {
        #expect(throws: PastRefused.away) {
            try ask(.page(before: nil, limit: 1), user: "nobody_at_all")
        }
    }
}
