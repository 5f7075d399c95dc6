import JSONDocument

@testable import PolicyEngine

/// A `bundle.yaml` that is right.
let goodBundle = """
    name: test
    channels:
      - {match: "club:*", kind: team}
    messages:
      message:
        fields:
          text: {type: string, required: true, min_bytes: 1, max_bytes: 100}
          note: {type: string, max_bytes: 100}
          stars: {type: integer, min: 1, max: 5}
          loud: {type: boolean}
    """

/// Loads a bundle of these files.
func load(_ files: [String: String]) -> Result<Bundle, BundleErrors> {
    Bundle.load(BundleSource(files: files.map { ($0.key, $0.value) }))
}

/// A judge by these rules (the list under `rules:`) and lists.
func judge(rules: String, lists: [String: String] = [:]) throws -> Judge {
    var files = ["bundle.yaml": goodBundle, "rules/10-test.yaml": "rules:\n\(rules)"]
    for (name, text) in lists { files["lists/\(name).yaml"] = text }
    return Judge(bundle: try load(files).get(), counters: RateCounters())
}

extension Judge {
    /// The verdict on a body given as JSON.
    func judge(_ body: String, type: String = "message", channel: String = "club:a") -> Verdict {
        let parser = JSONParser()
        let bytes = Array(body.utf8)
        return bytes.withUnsafeBytes { raw in
            guard case .value(let value) = parser.parse(raw) else {
                preconditionFailure("the test's JSON is wrong: \(body)")
            }
            return judge(
                .message(kind: type, body: value, bytes: bytes.count),
                in: Circumstances(
                    now: 0,
                    request: RequestFacts(address: "192.0.2.1", origin: "", agent: "", isTLS: true),
                    subject: bundle.members.member(id: "a", name: "Ann", claims: "{}"),
                    channel: ChannelFacts(
                        name: channel,
                        kind: bundle.kind(ofChannel: channel) ?? "",
                        roster: HeadCount(),
                        present: HeadCount()
                    )
                )
            )
        }
    }
}
