import CEL
import JSONDocument

/// The facts of the item at hand, read by the conditions of rules.
final class ItemFacts: Facts {
    private let facts: [FactNames.Fact]
    private(set) var item = Item.connect
    private(set) var circumstances: Circumstances
    /// The body as a value, once a condition has asked for it.
    private var body: Value?

    init(_ names: FactNames) {
        facts = names.facts
        circumstances = .none
    }

    func begin(_ item: Item, _ circumstances: Circumstances) {
        self.item = item
        self.circumstances = circumstances
    }

    /// Lets go of the item, whose memory is its owner's.
    func end() {
        item = .connect
        circumstances = .none
        body = nil
    }

    func fact(_ slot: Int) -> Value? {
        switch facts[slot] {
        case .requestAddress: return .string(circumstances.request.address)
        case .requestOrigin: return .string(circumstances.request.origin)
        case .requestAgent: return .string(circumstances.request.agent)
        case .requestTLS: return .bool(circumstances.request.isTLS)
        case .subjectID: return .string(circumstances.subject.id)
        case .subjectName: return .string(circumstances.subject.name)
        case .subjectRoles: return circumstances.subject.roleValues
        case .subjectMinor:
            return .bool(circumstances.subject.isMinor(at: circumstances.now))
        case .claim(let name): return circumstances.subject.claims[name]
        case .channelName: return circumstances.channel.map { .string($0.name) }
        case .channelKind: return circumstances.channel.map { .string($0.kind) }
        case .roster(let heads): return circumstances.channel.map { .int($0.roster[heads]) }
        case .present(let heads): return circumstances.channel.map { .int($0.present[heads]) }
        case .now: return .timestamp(Timestamp(sinceYear2000: circumstances.now))
        case .messageKind, .messageBytes, .messageText, .messageBody: return message(facts[slot])
        }
    }

    private func message(_ fact: FactNames.Fact) -> Value? {
        guard let said = item.said else { return nil }
        switch fact {
        case .messageKind: return .string(said.kind)
        case .messageBytes: return .int(Int64(said.bytes))
        case .messageText: return .string(said.body["text"]?.string ?? "")
        default:
            if body == nil { body = Value(said.body) }
            return body
        }
    }
}

extension Circumstances {
    /// Those of no item: nobody, nowhere.
    fileprivate static let none = Circumstances(
        now: 0,
        request: RequestFacts(address: "", origin: "", agent: "", isTLS: false),
        subject: MemberFacts(
            id: "",
            name: "",
            roles: [],
            ofAgeAt: nil,
            hasModeratorRole: false,
            channels: [],
            claims: [:]
        )
    )
}

extension HeadCount {
    fileprivate subscript(heads: FactNames.Heads) -> Int64 {
        switch heads {
        case .adults: Int64(adults)
        case .minors: Int64(minors)
        case .moderators: Int64(moderators)
        }
    }
}

extension Timestamp {
    /// - Parameter microseconds: since 2000-01-01 UTC.
    init(sinceYear2000 microseconds: Int64) {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let isBefore = rest < 0
        self.init(
            seconds: 946_684_800 + seconds - (isBefore ? 1 : 0),
            nanoseconds: Int32((isBefore ? rest + 1_000_000 : rest) * 1000)
        )
    }
}

extension Value {
    /// A value of JSON; its depth was bounded by the parser.
    init(_ json: JSONValue) {
        switch json.kind {
        case .object:
            let entries = json.members.map { member in
                (Value.string(String(decoding: member.key, as: UTF8.self)), Value(member.value))
            }
            self = MapValue(entries).map(Value.map) ?? .null
        case .array: self = .list(json.elements.map(Value.init))
        case .string: self = .string(json.string ?? "")
        case .bool: self = .bool(json.bool ?? false)
        case .null: self = .null
        case .integer: self = .int(json.int64 ?? 0)
        default: self = json.double.map(Value.double) ?? .null
        }
    }
}
