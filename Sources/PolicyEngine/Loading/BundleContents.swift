/// What `bundle.yaml` says.
struct BundleContents {
    var name = ""
    var limits = Limits()
    var allowsBinary = false
    var channels: [ChannelKind] = []
    /// The kinds of messages, each with the node that names its schema.
    var messages: [String: YAMLNode] = [:]
    var members = MemberReading()
    var duties: [Duty] = []
}

extension BundleContents {
    /// Reads `bundle.yaml`; what is wrong is reported, and left at its default.
    init(_ root: YAMLNode) {
        let keys = ["name", "limits", "binary", "channels", "messages", "members", "notify"]
        guard let root = YAMLMapping(root, keys: keys) else { return }
        name = root.required("name")?.text(bytesMax: 200) ?? ""
        if let node = root["limits"] { limits = Self.limits(node) }
        if let binary = root["binary"]?.word(Binary.self) { allowsBinary = binary == .allow }
        if let node = root.required("channels") { channels = Self.channels(node) }
        if let node = root.required("messages") { messages = Self.messages(node) }
        if let node = root["members"] { members = MemberReading(node) }
        if let node = root["notify"] { duties = Self.duties(node) }
    }

    private enum Binary: String, CaseIterable {
        case refuse, allow
    }

    private enum Presence: String, CaseIterable {
        case on, off
    }

    private static func limits(_ node: YAMLNode) -> Limits {
        var limits = Limits()
        guard let mapping = YAMLMapping(node, keys: Limits.Key.allCases.map(\.rawValue)) else {
            return limits
        }
        for key in Limits.Key.allCases {
            if let value = mapping[key.rawValue]?.integer(key.range) { limits[key] = value }
        }
        if limits.frameBytesMax > limits.messageBytesMax {
            (mapping["frame_bytes"] ?? node).report(
                "frame_bytes (\(limits.frameBytesMax)) is above message_bytes "
                    + "(\(limits.messageBytesMax)): a frame holds at most a message"
            )
        }
        if limits.burst < limits.messagesPerSecond {
            (mapping["burst"] ?? node).report(
                "burst (\(limits.burst)) is below messages_per_second "
                    + "(\(limits.messagesPerSecond))"
            )
        }
        return limits
    }

    private static func channels(_ node: YAMLNode) -> [ChannelKind] {
        guard let items = node.items(countMax: 1000) else { return [] }
        if items.isEmpty { node.report("at least one channel is needed") }
        var channels: [ChannelKind] = []
        for item in items {
            let keys = ["match", "kind", "presence", "slow"]
            guard let mapping = YAMLMapping(item, keys: keys) else { continue }
            let match = mapping.required("match")?.channelGlob()
            let kind = mapping.required("kind")?.identifier()
            let presence = mapping["presence"]?.word(Presence.self) ?? .on
            guard let glob = match, let kind else { continue }
            if let earlier = channels.first(where: { $0.glob.contains(glob) }) {
                mapping["match"]?.warn(
                    "no channel comes to this entry: '\(earlier.glob.source)' above takes them all"
                )
            }
            var channel = ChannelKind(glob: glob, kind: kind, showsPresence: presence == .on)
            if let slow = mapping["slow"]?.duration(1...Bundle.slowSecondsMax) {
                channel.slowSeconds = slow
            }
            channels.append(channel)
        }
        return channels
    }

    /// The kinds that channels whose names match a glob can be of.
    func kinds(meeting glob: ChannelGlob) -> Set<String> {
        var kinds: Set<String> = []
        for entry in channels where entry.glob.meets(glob) {
            kinds.insert(entry.kind)
            if entry.glob.contains(glob) { break }
        }
        return kinds
    }

    /// The names of the kinds, each with the node that names its schema.
    private static func messages(_ node: YAMLNode) -> [String: YAMLNode] {
        guard let entries = node.entries() else { return [:] }
        if entries.isEmpty { node.report("at least one kind of message is needed") }
        var kinds: [String: YAMLNode] = [:]
        for entry in entries {
            guard entry.key.identifier() != nil,
                let schema = YAMLMapping(entry.value, keys: ["schema"])?.required("schema")
            else { continue }
            kinds[entry.name] = schema
        }
        return kinds
    }

    private static func duties(_ node: YAMLNode) -> [Duty] {
        (node.entries() ?? []).compactMap { entry in
            guard let name = entry.key.identifier(),
                let mapping = YAMLMapping(entry.value, keys: ["role", "channels"])
            else { return nil }
            let role = mapping.required("role")?.text(bytesMax: 64)
            let channels = mapping.required("channels")?.items(countMax: 1000) ?? []
            guard let role else { return nil }
            let globs = channels.compactMap { $0.channelGlob() }
            return Duty(name: name, role: role, channels: globs)
        }
    }
}

extension YAMLNode {
    /// A name of ASCII letters, digits, `-` and `_`, at most 64.
    func identifier() -> String? {
        guard let text = text(bytesMax: 64) else { return nil }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain else {
            report("'\(text)' is no name: use letters a to z, digits, '-' and '_'")
            return nil
        }
        return text
    }
}
