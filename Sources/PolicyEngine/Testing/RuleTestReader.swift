import CEL
import Foundation
import Outcomes
import Spelling

/// Reads files of tests, `rules/<topic>.test.yaml`.
struct RuleTestReader {
    let contents: BundleContents
    /// The ids of all rules, those that are off too.
    let ruleIDs: [String]

    /// Reads a file: a mapping with `tests`.
    func read(_ root: YAMLNode) -> [RuleTest] {
        guard
            let items = YAMLMapping(root, keys: ["tests"])?.required("tests")?
                .items(countMax: Self.testsMax)
        else { return [] }
        return items.compactMap { test($0, topic: root.file.topic) }
    }

    private func test(_ node: YAMLNode, topic: String) -> RuleTest? {
        let keys = [
            "name", "on", "subject", "channel", "request", "text", "body", "kind", "now",
            "strikes", "times", "expect",
        ]
        guard let mapping = YAMLMapping(node, keys: keys) else { return nil }
        let name = mapping.required("name")?.text(bytesMax: 300)
        let occasion = mapping["on"].map { $0.word(Occasion.self) } ?? .message
        let now = mapping["now"].map { instant($0) } ?? RuleTest.defaultNow
        let times = mapping["times"].map { $0.integer(1...10_000) } ?? 1
        let expected = mapping.required("expect").flatMap { expectation($0) }
        var circumstances = Circumstances(
            now: now ?? 0,
            request: request(mapping["request"]),
            subject: subject(mapping["subject"])
        )
        circumstances.strikes = strikes(mapping["strikes"], now ?? 0)
        if occasion != .connect, let node = mapping.required("channel") {
            circumstances.channel = channel(node)
        }
        let body = self.body(mapping, occasion ?? .message)
        guard let name, let occasion, now != nil, let times, let expected else { return nil }
        return RuleTest(
            name: name,
            place: (mapping["name"] ?? node).diagnostic(""),
            topic: topic,
            scenario: Scenario(
                occasion: occasion,
                kind: mapping["kind"]?.identifier() ?? "message",
                body: body,
                circumstances: circumstances,
                times: times
            ),
            expected: expected
        )
    }

    private func body(_ mapping: YAMLMapping, _ occasion: Occasion) -> [UInt8] {
        guard occasion.isSaid else { return [] }
        switch (mapping["text"], mapping["body"]) {
        case (let text?, nil): return Scenario.body(text: text.scalar ?? "")
        case (nil, let body?): return body.json
        default:
            mapping.report("a message needs 'text' or 'body', one of them")
            return []
        }
    }

    private func request(_ node: YAMLNode?) -> RequestFacts {
        let keys = ["address", "origin", "agent", "tls"]
        let mapping = node.flatMap { YAMLMapping($0, keys: keys) }
        return RequestFacts(
            address: mapping?["address"]?.scalar ?? "192.0.2.1",
            origin: mapping?["origin"]?.scalar ?? "",
            agent: mapping?["agent"]?.scalar ?? "",
            isTLS: mapping?["tls"]?.bool() ?? true
        )
    }

    private func subject(_ node: YAMLNode?) -> MemberFacts {
        let members = contents.members
        let keys = ["id", "name", "minor", "roles"] + members.declared.map(\.name)
        let mapping = node.flatMap { YAMLMapping($0, keys: keys) }
        let roles = mapping?["roles"]?.items(countMax: 100)?.compactMap(\.scalar) ?? []
        var claims: [String: Value] = [:]
        for claim in members.declared {
            claims[claim.name] = mapping?[claim.name].flatMap { claim.type.value($0) }
        }
        return members.supposed(
            id: mapping?["id"]?.scalar ?? "member",
            name: mapping?["name"]?.scalar ?? "Sam",
            isMinor: mapping?["minor"]?.bool() ?? false,
            roles: roles,
            claims: claims
        )
    }

    private func channel(_ node: YAMLNode) -> ChannelFacts? {
        let keys = ["name", "roster", "present"]
        guard let mapping = YAMLMapping(node, keys: keys),
            let nameNode = mapping.required("name"), let name = nameNode.text(bytesMax: 256)
        else { return nil }
        guard let kind = contents.channels.first(where: { $0.glob.matches(name) })?.kind else {
            nameNode.report("no channel of bundle.yaml can have this name")
            return nil
        }
        return ChannelFacts(
            name: name,
            kind: kind,
            roster: heads(mapping["roster"]),
            present: heads(mapping["present"])
        )
    }

    private func heads(_ node: YAMLNode?) -> HeadCount {
        let mapping = node.flatMap { YAMLMapping($0, keys: ["adults", "minors", "moderators"]) }
        func count(_ key: String) -> Int { mapping?[key]?.integer(0...1_000_000) ?? 0 }
        return HeadCount(
            adults: count("adults"),
            minors: count("minors"),
            moderators: count("moderators")
        )
    }

    /// Strikes of the hour before.
    private func strikes(_ node: YAMLNode?, _ now: Int64) -> [Strike] {
        (node?.entries() ?? []).compactMap { entry in
            check(entry.key)
            return entry.value.integer(1...1000).map {
                Strike(rule: entry.name, at: now - 3_600_000_000, count: $0)
            }
        }
    }

    private func expectation(_ node: YAMLNode) -> RuleTest.Expectation? {
        let keys = ["disposition", "rules", "shadow", "without", "spans", "effects"]
        guard let mapping = YAMLMapping(node, keys: keys) else { return nil }
        var expected = RuleTest.Expectation()
        func words(_ key: String) -> [String]? {
            mapping[key]?.items(countMax: 1000)?.compactMap(\.scalar)
        }
        for key in ["rules", "shadow", "without"] {
            for item in mapping[key]?.items(countMax: 1000) ?? [] { check(item) }
        }
        if let node = mapping["disposition"] {
            expected.disposition = node.word(DispositionWord.self)?.disposition
        }
        expected.rules = words("rules")
        expected.shadow = words("shadow")
        expected.without = words("without") ?? []
        expected.spans = words("spans")
        expected.effects = words("effects")
        if !keys.contains(where: { mapping[$0] != nil }) { node.report("nothing is expected") }
        return expected
    }

    /// Reports a rule that doesn't exist.
    private func check(_ node: YAMLNode) {
        guard let id = node.identifier(), !ruleIDs.contains(id) else { return }
        node.report("there is no rule '\(id)'\(Spelling.hintOrList(for: id, of: ruleIDs))")
    }

    /// Microseconds since 2000-01-01 UTC of a time of RFC 3339.
    private func instant(_ node: YAMLNode) -> Int64? {
        guard let text = node.scalar, let date = try? Date.ISO8601FormatStyle().parse(text) else {
            node.report("expected a time such as 2026-05-01T20:00:00Z")
            return nil
        }
        return Int64(date.timeIntervalSince1970 - 946_684_800) * 1_000_000
    }

    /// Tests of one file.
    private static let testsMax = 5000
}

extension MemberReading.ClaimType {
    /// The value of a claim in a policy file; reports what is of another type.
    fileprivate func value(_ node: YAMLNode) -> Value? {
        switch self {
        case .bool: node.bool().map(Value.bool)
        case .int: node.integer(.min ... .max).map { .int(Int64($0)) }
        case .string: node.scalar.map(Value.string)
        case .list:
            node.items(countMax: 100).map { .list($0.compactMap(\.scalar).map(Value.string)) }
        }
    }
}
