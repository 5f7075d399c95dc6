import JSONDocument

@testable import PolicyEngine

/// A `bundle.yaml` that is right.
let goodBundle = """
    name: test
    channels:
      - {match: "club:*", kind: team}
    messages:
      message: {schema: message}
    members:
      claims:
        vetted: {type: bool, default: false}
        guardian_in: {type: list, default: []}
    notify: {officer: {role: welfare, channels: ["club:*"]}}
    """

/// The schema that it names.
let goodSchema = """
    {
      "type": "object",
      "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": 100},
        "note": {"type": "string"},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
        "tags": {"type": "array", "items": {"type": "string"}}
      },
      "required": ["text"],
      "additionalProperties": false
    }
    """

/// Loads a bundle of these files, and the schema.
func load(_ files: [String: String]) -> Result<Bundle, BundleErrors> {
    let files = ["schemas/message.json": goodSchema].merging(files) { $1 }
    return Bundle.load(BundleSource(files: files.map { ($0.key, $0.value) }))
}

/// A judge by these rules (the list under `rules:`) and lists.
func judge(rules: String, lists: [String: String] = [:]) throws -> Judge {
    var files = ["bundle.yaml": goodBundle, "rules/10-test.yaml": "rules:\n\(rules)"]
    for (name, text) in lists { files["lists/\(name).yaml"] = text }
    return Judge(bundle: try load(files).get(), counters: RateCounters())
}

extension Judge {
    /// The verdict on a body given as JSON.
    func judge(
        _ body: String,
        kind: String = "message",
        channel: String = "club:a",
        in circumstances: Circumstances = circumstances()
    ) -> Verdict {
        let parser = JSONParser()
        let bytes = Array(body.utf8)
        var circumstances = circumstances
        if circumstances.channel == nil {
            circumstances.channel = ChannelFacts(
                name: channel,
                kind: bundle.kind(ofChannel: channel) ?? "",
                roster: HeadCount(adults: 2, minors: 10),
                present: HeadCount(adults: 1)
            )
        }
        return withExtendedLifetime(parser) {
            bytes.withUnsafeBytes { raw in
                guard case .value(let value) = parser.parse(raw) else {
                    preconditionFailure("the test's JSON is wrong: \(body)")
                }
                return judge(
                    .message(kind: kind, body: value, bytes: bytes.count),
                    in: circumstances
                )
            }
        }
    }
}

/// A member called Ann, whose other claims are given as JSON, on 1 January 2026 at noon UTC.
func circumstances(
    claims: String = "{}",
    members: MemberReading = MemberReading(),
    after seconds: Int64 = 0,
    strikes: [Strike] = [],
    channel: ChannelFacts? = nil
) -> Circumstances {
    Circumstances(
        now: (820_540_800 + 43_200 + seconds) * 1_000_000,
        request: RequestFacts(address: "192.0.2.1", origin: "", agent: "", isTLS: true),
        subject: members.member(id: "a", name: "Ann", claims: claims),
        strikes: strikes,
        channel: channel
    )
}
