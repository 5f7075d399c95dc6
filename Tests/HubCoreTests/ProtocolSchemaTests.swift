import Foundation
import HubCore
import JSONDocument
import JSONSchema
import Outcomes
import Testing

/// docs/protocol.schema.json says of a client's message what the hub says of it.
struct ProtocolSchemaTests {
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/protocol.schema.json")

    /// A whole message of each type, with all that it may have.
    private static let messages: [DocumentNode] = [
        .message("join", [("channel", #""club:a""#)]),
        .message("leave", [("channel", #""club:a""#)]),
        .message(
            "message",
            [
                ("channel", #""club:a""#), ("body", #"{"text":"hi"}"#), ("kind", #""message""#),
                ("key", #""0c3b8f6e-0000-4000-8000-0123456789Ab""#),
            ]
        ),
        .message(
            "edit",
            [("channel", #""club:a""#), ("epoch", "1"), ("seq", "1"), ("body", #"{"text":"ho"}"#)]
        ),
        .message("delete", [("channel", #""club:a""#), ("epoch", "1"), ("seq", "1")]),
        .message(
            "history",
            [("channel", #""club:a""#), ("limit", "50")],
            [("before", .members([("epoch", "1"), ("seq", "2")]))]
        ),
        .message("presence", [("channel", #""club:a""#), ("on", "true")]),
        .message("renew", [("token", #""bad""#)]),
        .message(
            "resume",
            [("token", #""x""#)],
            [
                (
                    "channels",
                    .list([.members([("channel", #""club:b""#), ("epoch", "1"), ("seq", "0")])])
                )
            ]
        ),
    ]

    @Test(
        "a client's message is of the wrong shape for the hub where it is for the schema",
        arguments: messages.indices
    )
    func shapes(number: Int) throws {
        let talk = try Conversation()
        let ann = talk.connect(1, claims: Fixture.adult)
        let schema = try Self.client()
        var random = SeededGenerator(state: UInt64(number) + 11)
        let whole = Self.messages[number]
        #expect(try Self.isValid(whole.text, schema), "\(whole.text)")
        var refused = 0
        for turn in 0..<600 {
            var message = whole
            message.mutate(&random)
            if turn.isMultiple(of: 4) { message.mutate(&random) }
            let text = message.text
            let told = talk.ask(ann, text).joined()
            let isRefused =
                told.contains(#""code":"bad_envelope""#)
                || told.contains(Outcome.unknownType.sentence)
            #expect(
                !told.isEmpty && !told.contains("bad_json"),
                "turn \(turn): \(text.prefix(300))"
            )
            #expect(
                try Self.isValid(text, schema) == !isRefused,
                "turn \(turn): \(text.prefix(300)) \(told)"
            )
            if isRefused { refused += 1 }
        }
        #expect(refused > 200 && refused < 590, "\(refused) of 600 were refused")
        #expect(talk.hub.loops[ann.loop].closed[ann.slot] == nil)
    }

    @Test("a name twice is refused, whatever the type", arguments: messages)
    func twice(message: DocumentNode) throws {
        let talk = try Conversation()
        let ann = talk.connect(1, claims: Fixture.adult)
        let told = talk.ask(ann, message.text.dropLast() + #","id":"again"}"#)
        #expect(told.count == 1 && told[0].contains(#""code":"duplicate_key""#))
    }

    @Test("a channel's name has one spelling: another of the same characters is no name")
    func spelling() throws {
        let talk = try Conversation()
        let composed = "club:caf\u{E9}"
        let other = "club:cafe\u{301}"
        #expect(composed == other)
        let ann = talk.connect(1, claims: Fixture.adult, join: composed)
        for type in ["join", "leave", "history"] {
            let told = talk.ask(ann, #"{"type":"\#(type)","id":"i","channel":"\#(other)"}"#)
            #expect(told.count == 1 && told[0].contains(#""code":"bad_envelope""#), "\(told)")
        }
        let told = talk.ask(ann, #"{"type":"history","id":"i","channel":"\#(composed)"}"#)
        #expect(told.count == 1 && told[0].hasPrefix(#"{"type":"history""#), "\(told)")
    }

    @Test("the schema's codes are those of the table")
    func codes() throws {
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file))
        let defined = (document as? [String: Any])?["$defs"] as? [String: [String: Any]]
        #expect(defined?["code"]?["enum"] as? [String] == Outcome.allCases.map(\.rawValue))
        #expect(
            defined?["closing"]?["enum"] as? [String]
                == Outcome.allCases.filter { $0.closeCode != nil }.map(\.rawValue)
        )
    }

    private static func client() throws -> Schema {
        let library = try SchemaLibrary([
            SchemaText(
                file: "protocol.json",
                text: String(contentsOf: file, encoding: .utf8),
                uri: "urn:protocol"
            ),
            SchemaText(file: "client.json", text: ##"{"$ref":"urn:protocol#/$defs/client"}"##),
        ])
        return try library.compile("client.json")
    }

    private static func isValid(_ text: String, _ schema: Schema) throws -> Bool {
        let parser = JSONParser()
        return try withExtendedLifetime(parser) {
            try Array(text.utf8).withUnsafeBytes { bytes in
                guard case .value(let value) = parser.parse(bytes) else {
                    throw CocoaError(.coderReadCorrupt)
                }
                return SchemaValidator(schema).failure(of: value) == nil
            }
        }
    }
}

/// JSON that can be changed at any place.
indirect enum DocumentNode: Sendable {
    case value(String)
    case list([DocumentNode])
    case object([(name: String, value: DocumentNode)])

    /// Values for any place: of each kind, and on both sides of each limit. Characters are bytes.
    private static let values: [String] =
        [
            "null", "true", "0", "-1", "1", "1.5", "100", "101", "2147483647", "2147483648",
            "9223372036854775807", "9223372036854775808", "[]", "{}", #"["x"]"#, "[{}]",
            #"{"epoch":1,"seq":1}"#, #""""#, #""x""#, #""club:a""#, #""a b""#, #""join""#,
            #""0c3b8f6e-0000-4000-8000-0123456789ag""#,
        ] + [64, 65, 256, 257, 8192, 8193].map { "\"\(String(repeating: "x", count: $0))\"" }

    static func members(_ members: [(String, String)]) -> DocumentNode {
        .object(members.map { ($0.0, .value($0.1)) })
    }

    static func message(
        _ type: String,
        _ members: [(String, String)],
        _ more: [(String, DocumentNode)] = []
    ) -> DocumentNode {
        let first: [(name: String, value: DocumentNode)] = [
            ("type", .value("\"\(type)\"")), ("id", .value(#""i""#)),
        ]
        return .object(first + members.map { ($0.0, .value($0.1)) } + more)
    }

    var text: String {
        switch self {
        case .value(let text): text
        case .list(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\"\($0.name)\":\($0.value.text)" }.joined(separator: ",") + "}"
        }
    }

    /// Drops or adds a member, or puts another value in a place, here or further in.
    mutating func mutate(_ random: inout SeededGenerator) {
        switch self {
        case .value: self = .value(Self.values.randomElement(using: &random)!)
        case .list(var elements):
            guard let index = elements.indices.randomElement(using: &random),
                Int.random(in: 0..<8, using: &random) > 0
            else {
                self = .value(Self.values.randomElement(using: &random)!)
                return
            }
            elements[index].mutate(&random)
            self = .list(elements)
        case .object(var members):
            let index = members.indices.randomElement(using: &random)
            switch (Int.random(in: 0..<10, using: &random), index) {
            case (0, let index?): members.remove(at: index)
            case (1, _):
                let name = ["x", "Id", "channel", "key", "limit"].randomElement(using: &random)!
                guard !members.contains(where: { $0.name == name }) else { return }
                members.append((name, .value(Self.values.randomElement(using: &random)!)))
            case (_, let index?): members[index].value.mutate(&random)
            default: self = .value(Self.values.randomElement(using: &random)!)
            }
            if case .object = self { self = .object(members) }
        }
    }
}
