import CEL

/// The facts that conditions name, and where each is found.
struct FactNames: Sendable {
    let environment: Environment
    /// By the environment's slots.
    let facts: [Fact]

    /// Where a fact comes from.
    enum Fact: Hashable, Sendable {
        case requestAddress, requestOrigin, requestAgent, requestTLS
        case subjectID, subjectName, subjectRoles, subjectMinor
        /// A declared claim, by its name.
        case claim(String)
        case channelName, channelKind
        case roster(Heads)
        case present(Heads)
        case messageKind, messageBytes, messageText, messageBody
        case now
    }

    /// One of the numbers of a `HeadCount`.
    enum Heads: String, CaseIterable, Sendable {
        case adults, minors, moderators
    }

    init(_ claims: [MemberReading.DeclaredClaim]) {
        let heads = RecordType("heads", fields: Heads.allCases.map { ($0.rawValue, .int) })
        var environment = Environment()
        environment.declare(
            "request",
            .record(
                RecordType(
                    "request",
                    ["address": .string, "origin": .string, "agent": .string, "tls": .bool]
                )
            )
        )
        environment.declare(
            "subject",
            .record(
                RecordType(
                    "subject",
                    [
                        "id": .string, "name": .string, "roles": .list(.string), "minor": .bool,
                        "claims": .record(
                            RecordType(
                                "claims",
                                fields: claims.map { ($0.name, $0.type.valueType) }
                            )
                        ),
                    ]
                )
            )
        )
        environment.declare(
            "channel",
            .record(
                RecordType(
                    "channel",
                    [
                        "name": .string, "kind": .string, "roster": .record(heads),
                        "present": .record(heads),
                    ]
                )
            )
        )
        environment.declare(
            "message",
            .record(
                RecordType(
                    "message",
                    ["kind": .string, "bytes": .int, "text": .string, "body": .dyn]
                )
            )
        )
        environment.declare("now", .timestamp)
        var named = Self.named
        for claim in claims { named["subject.claims.\(claim.name)"] = .claim(claim.name) }
        for head in Heads.allCases {
            named["channel.roster.\(head.rawValue)"] = .roster(head)
            named["channel.present.\(head.rawValue)"] = .present(head)
        }
        var facts = [Fact?](repeating: nil, count: environment.slotCount)
        for (path, fact) in named {
            if let slot = environment.slot(path) { facts[slot] = fact }
        }
        self.environment = environment
        self.facts = facts.compactMap(\.self)
        precondition(self.facts.count == facts.count, "every declared fact is found somewhere")
    }

    private static let named: [String: Fact] = [
        "request.address": .requestAddress, "request.origin": .requestOrigin,
        "request.agent": .requestAgent, "request.tls": .requestTLS,
        "subject.id": .subjectID, "subject.name": .subjectName, "subject.roles": .subjectRoles,
        "subject.minor": .subjectMinor, "channel.name": .channelName,
        "channel.kind": .channelKind, "message.kind": .messageKind,
        "message.bytes": .messageBytes, "message.text": .messageText,
        "message.body": .messageBody, "now": .now,
    ]

    /// Whether a fact is known on an occasion, by its path.
    static func isKnown(_ path: String, on occasion: Occasion) -> Bool {
        switch occasion {
        case .connect: !path.hasPrefix("channel.") && !path.hasPrefix("message.")
        case .join: !path.hasPrefix("message.")
        case .message, .edit, .history: true
        }
    }
}
