import CEL

/// An environment such as rules have, and facts in it.
struct Fixture {
    let environment: Environment
    let facts: FactTable

    init() {
        var environment = Environment()
        let roster = RecordType("roster", ["minors": .int, "adults": .int])
        environment.declare(
            "channel",
            .record(
                RecordType(
                    "channel",
                    ["name": .string, "kind": .string, "topic": .string, "roster": .record(roster)]
                )
            )
        )
        environment.declare(
            "subject",
            .record(
                RecordType(
                    "subject",
                    ["roles": .list(.string), "minor": .bool, "joined": .optional(.timestamp)]
                )
            )
        )
        environment.declare("members", .list(.record(Self.member)))
        environment.declare("labels", .map(.string, .int))
        environment.declare("now", .timestamp)
        let body = RecordType("body", ["text": .string])
        environment.declare("message", .record(RecordType("message", ["body": .record(body)])))
        environment.declare(
            "request",
            .record(RecordType("request", ["origin": .string, "address": .address]))
        )
        self.environment = environment
        facts = FactTable(environment)
        set("channel.name", .string("club:demo:u14"))
        set("channel.kind", .string("youth"))
        set("channel.roster.minors", .int(12))
        set("channel.roster.adults", .int(3))
        set("subject.roles", .list([.string("member"), .string("coach")]))
        set("subject.minor", .bool(false))
        set("subject.joined", .optional(nil))
        set(
            "members",
            .list([
                .record(Record(Self.member, [.string("Aoife"), .int(13)])),
                .record(Record(Self.member, [.string("Brian"), nil])),
            ])
        )
        set("labels", .map(MapValue([(.string("late"), .int(2))])!))
        set("now", .timestamp(Timestamp(parsing: "2026-07-03T21:30:00Z")!))
        set("message.body.text", .string("Tr\u{E1}in\u{E1}il at six"))
        set("request.origin", .string("https://hub.club.ie"))
        set("request.address", .address(IPAddress(bytes: [192, 0, 2, 7])!))
    }

    func set(_ path: String, _ value: Value) {
        facts[environment.slot(path)!] = value
    }

    func compile(_ source: String) throws -> Program {
        try Program.compile(source, in: environment).get()
    }

    /// The mistakes that are found in an expression; none when it compiles.
    func errors(_ source: String, result: ValueType? = .bool) -> [String] {
        switch Program.compile(source, in: environment, result: result) {
        case .success: []
        case .failure(let errors): errors.errors.map(\.description)
        }
    }

    private static let member = RecordType("member", ["name": .string, "age": .int])
}
