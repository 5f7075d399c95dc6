import AuditLog
import Outcomes

/// Three members of a club over three days, told in events whose answers can be counted by hand.
struct ClubStory {
    static let ann = UUID16(high: 1, low: 0xa)
    static let ben = UUID16(high: 1, low: 0xb)
    static let carl = UUID16(high: 1, low: 0xc)
    static let hello = UUID16(high: 2, low: 4)
    static let shouted = UUID16(high: 2, low: 14)
    static let team = "club:demo:u14"
    /// The beginning of the hour before last, so that two of its hours have passed.
    let base: Int64
    private let now: Int64
    private let records: ListedRecords
    private var seq: Int64 = 0
    private var generator = SeededGenerator(seed: 5)

    private init(_ records: ListedRecords) {
        self.records = records
        now = Laboratory.now()
        base = now / Self.hour * Self.hour - 2 * Self.hour
    }

    /// Appends the whole story, seq 1 to 27; the last is an event that PostgreSQL refuses.
    static func tell(into records: ListedRecords) -> ClubStory {
        var story = ClubStory(records)
        story.tellTheDaysBefore()
        story.tellTwoHours()
        story.tellTheLastMinutes()
        return story
    }

    private mutating func tellTheDaysBefore() {
        event(.hubStarted, at: base - 3 * 24 * Self.hour)
        policy(1, #"{"bundle.yaml":"a","rules/10.yaml":"b"}"#, at: base - 3 * 24 * Self.hour)
        connect(Self.ann, session: 1, from: "192.0.2.7", at: base - 2 * 24 * Self.hour)
        event(.message, at: base - 2 * 24 * Self.hour + 1, .allow, Self.ann, Self.team) {
            $0.message = Self.hello
            $0.channelSeq = 1
        } parts: {
            [(.delivered, #"{"text":"good morning"}"#)]
        }
        event(.hubStarted, at: base - 24 * Self.hour)
        policy(
            2,
            #"{"bundle.yaml":"a","rules/10.yaml":"c","rules/20.yaml":"d"}"#,
            at: base - 24 * Self.hour
        )
    }

    private mutating func tellTwoHours() {
        event(.connect, at: base, .block) {
            $0.stage = .token
            $0.detail = #"{"code":"token_expired"}"#
        } parts: {
            [(.connection, #"{"address":"198.51.100.9"}"#)]
        }
        event(.refusedSummary, at: base + 1, .block) {
            $0.stage = .limits
            $0.detail = #"{"count":41}"#
        } parts: {
            [(.connection, #"{"address":"198.51.100.9"}"#)]
        }
        connect(Self.ben, session: 2, from: "192.0.2.7", at: base + 2)
        connect(Self.ann, session: 3, from: "192.0.2.8", at: base + 3)
        blocked(Self.ben, ["swearing"], at: 10)
        blocked(Self.ben, ["swearing", "bullying"], at: 11)
        blocked(Self.ann, ["bullying"], at: 61)
        event(.message, at: base + 62 * Self.minute, .allow, Self.ann, Self.team) {
            $0.message = Self.shouted
            $0.shadowRules = ["shouting"]
            $0.judgedNs = 5_000_000
        } parts: {
            [(.delivered, #"{"text":"GOAL"}"#)]
        }
        event(.message, at: base + 63 * Self.minute, .redact, Self.ben, Self.team) {
            $0.rules = ["contact"]
            $0.shadowRules = ["shouting"]
        } parts: {
            [(.original, #"{"text":"CALL 555-0100"}"#), (.delivered, #"{"text":"CALL ***"}"#)]
        }
        event(.delete, at: base + 64 * Self.minute, .allow, Self.ann, Self.team) {
            $0.refersLog = 1
            $0.refersSeq = 14
        }
        sanction(.mute, Self.ben, at: 65, until: now + 24 * Self.hour)
        sanction(.ban, Self.carl, at: 66, until: base + 67 * Self.minute)
        sanction(.mute, Self.ann, at: 67, until: nil)
        sanction(.unmute, Self.ann, at: 68, until: nil)
        event(.disconnect, at: base + 70 * Self.minute, .allow, Self.ben) {
            $0.session = UUID16(high: 3, low: 2)
            $0.detail = #"{"code":"going_away"}"#
        }
        event(.hubStopped, at: base + 71 * Self.minute)
    }

    private mutating func tellTheLastMinutes() {
        event(.erase, at: now - 7 * Self.minute, .allow, Self.carl)
        event(.preserve, at: now - 6 * Self.minute, .allow, nil, "club:demo")
        event(.message, at: now - 5 * Self.minute, .allow, Self.ann, "club:demo") {
            $0.message = UUID16(high: 2, low: 23)
        } parts: {
            [(.delivered, #"{"text":"hello"}"#)]
        }
        event(.message, at: now - 4 * Self.minute, .block, Self.ben, "club:demo") {
            $0.stage = .rate
            $0.detail = #"{"code":"rate"}"#
        } parts: {
            [(.original, #"{"text":"again"}"#)]
        }
        event(.message, at: .max)
    }

    // The words that it is told with.

    private mutating func event(
        _ kind: EventKind,
        at: Int64,
        _ disposition: Disposition = .allow,
        _ subject: UUID16? = nil,
        _ channel: String? = nil,
        _ change: (inout Event) -> Void = { _ in },
        parts: () -> [(Part, String)] = { [] }
    ) {
        seq += 1
        var event = Event(
            log: 1,
            seq: seq,
            at: at,
            kind: kind,
            stage: .done,
            disposition: disposition,
            subject: subject,
            channel: channel,
            judgedNs: 1_000
        )
        change(&event)
        let contents = parts().map { part, body in
            ContentPart(kind: part, salt: .random(using: &generator), body: Array(body.utf8))
        }
        event.contentHash = Commitment.contentHash(of: contents)
        records.append(event, contents)
    }

    private mutating func blocked(_ subject: UUID16, _ rules: [String], at minutes: Int64) {
        event(.message, at: base + minutes * Self.minute, .block, subject, Self.team) {
            $0.stage = .rules
            $0.rules = rules
        } parts: {
            [(.original, #"{"text":"rude"}"#)]
        }
    }

    private mutating func sanction(
        _ kind: EventKind,
        _ subject: UUID16,
        at minutes: Int64,
        until: Int64?
    ) {
        event(kind, at: base + minutes * Self.minute, .allow, subject) {
            $0.detail = until.map { "{\"until\":\($0)}" } ?? "{}"
        }
    }

    private mutating func connect(
        _ subject: UUID16,
        session: UInt64,
        from address: String,
        at: Int64
    ) {
        event(.connect, at: at, .allow, subject) {
            $0.session = UUID16(high: 3, low: session)
        } parts: {
            [(.connection, "{\"address\":\"\(address)\",\"agent\":\"a\"}")]
        }
        let name = subject == Self.ann ? "Ann" : "Ben"
        var tuple: [UInt8] = []
        SubjectRow(
            pseudonym: subject,
            issuer: "https://id.club.example",
            sub: "member-\(name)",
            name: name,
            claims: "{}",
            firstSeen: at
        ).encode(into: &tuple)
        records.append(.subject, tuple, seq: seq)
    }

    private mutating func policy(_ number: UInt8, _ files: String, at: Int64) {
        let digest = [UInt8](repeating: number, count: 32)
        event(.policyActivated, at: at) { $0.policy = digest }
        var tuple: [UInt8] = []
        PolicyRow(digest: digest, files: files).encode(into: &tuple)
        records.append(.policy, tuple, seq: seq)
    }

    static let minute: Int64 = 60_000_000
    static let hour: Int64 = 60 * minute
}
