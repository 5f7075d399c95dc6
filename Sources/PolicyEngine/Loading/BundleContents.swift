/// What `bundle.yaml` says.
struct BundleContents {
    var name = ""
    var limits = Limits()
    var allowsBinary = false
    var channels: [ChannelKind] = []
    var messageTypes: [String: MessageType] = [:]
}

extension BundleContents {
    /// Reads `bundle.yaml`; what is wrong is reported, and left at its default.
    init(_ root: YAMLNode) {
        let keys = ["name", "limits", "binary", "channels", "messages"]
        guard let root = YAMLMapping(root, keys: keys) else { return }
        name = root.required("name")?.text(bytesMax: 200) ?? ""
        if let node = root["limits"] { limits = Self.limits(node) }
        if let binary = root["binary"]?.word(Binary.self) { allowsBinary = binary == .allow }
        if let node = root.required("channels") { channels = Self.channels(node) }
        if let node = root.required("messages") { messageTypes = Self.messageTypes(node) }
    }

    private enum Binary: String, CaseIterable {
        case refuse, allow
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
        return items.compactMap { item in
            guard let mapping = YAMLMapping(item, keys: ["match", "kind"]) else { return nil }
            let glob = mapping.required("match")?.text(bytesMax: 256)
            let kind = mapping.required("kind")?.identifier()
            guard let glob, let kind else { return nil }
            return ChannelKind(glob: ChannelGlob(glob), kind: kind)
        }
    }

    private static func messageTypes(_ node: YAMLNode) -> [String: MessageType] {
        guard let entries = node.entries() else { return [:] }
        if entries.isEmpty { node.report("at least one message type is needed") }
        var types: [String: MessageType] = [:]
        for entry in entries {
            guard entry.key.identifier() != nil,
                let mapping = YAMLMapping(entry.value, keys: ["fields", "additional"])
            else { continue }
            let fields = mapping.required("fields")?.entries() ?? []
            types[entry.name] = MessageType(
                name: entry.name,
                fields: fields.compactMap { field($0.name, $0.value) },
                allowsOthers: mapping["additional"]?.bool() ?? false
            )
        }
        return types
    }

    private enum FieldType: String, CaseIterable {
        case string, integer, boolean

        var keys: [String] {
            switch self {
            case .string: ["min_bytes", "max_bytes"]
            case .integer: ["min", "max"]
            case .boolean: []
            }
        }
    }

    private static func field(_ name: String, _ node: YAMLNode) -> BodyField? {
        let all = ["type", "required"] + FieldType.allCases.flatMap(\.keys)
        guard let mapping = YAMLMapping(node, keys: all),
            let type = mapping.required("type")?.word(FieldType.self)
        else { return nil }
        for key in all.dropFirst(2) where !type.keys.contains(key) {
            mapping[key]?.report("'\(key)' is not for fields of type \(type.rawValue)")
        }
        let kind: BodyField.Kind? =
            switch type {
            case .boolean: .boolean
            case .integer:
                range(mapping, "min", "max", within: Self.exactIntegers).map { .integer($0) }
            case .string:
                range(mapping, "min_bytes", "max_bytes", within: 0...16 << 20).map {
                    .string(bytes: $0)
                }
            }
        guard let kind else { return nil }
        let isRequired = mapping["required"]?.bool() ?? false
        return BodyField(name: name, isRequired: isRequired, type: kind)
    }

    /// Both bounds; the upper must be stated.
    private static func range(
        _ mapping: YAMLMapping,
        _ lowerKey: String,
        _ upperKey: String,
        within bounds: ClosedRange<Int>
    ) -> ClosedRange<Int>? {
        let lower = mapping[lowerKey].map { $0.integer(bounds) } ?? bounds.lowerBound
        guard let upper = mapping.required(upperKey)?.integer(bounds), let lower else { return nil }
        guard lower <= upper else {
            mapping[lowerKey]?.report("\(lowerKey) (\(lower)) is above \(upperKey) (\(upper))")
            return nil
        }
        return lower...upper
    }

    /// What every JSON reader holds exactly (RFC 8259 §6).
    private static let exactIntegers = -(1 << 53) + 1...(1 << 53) - 1
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
