import CEL

extension MemberReading {
    /// Reads `members` of `bundle.yaml`; what is wrong is reported, and left at its default.
    init(_ node: YAMLNode) {
        self.init()
        let keys = ["roles", "birthdate", "channels", "adult_age", "moderators", "claims"]
        guard let mapping = YAMLMapping(node, keys: keys) else { return }
        if let name = mapping["roles"]?.text(bytesMax: Self.nameBytesMax) { roles = name }
        if let name = mapping["birthdate"]?.text(bytesMax: Self.nameBytesMax) { birthdate = name }
        if let name = mapping["channels"]?.text(bytesMax: Self.nameBytesMax) { channels = name }
        if let age = mapping["adult_age"]?.integer(1...150) { adultAge = age }
        if let items = mapping["moderators"]?.items(countMax: 100) {
            moderators = items.compactMap { $0.text(bytesMax: Self.nameBytesMax) }
        }
        declared = (mapping["claims"]?.entries() ?? []).compactMap { entry in
            guard let name = entry.key.factName() else { return nil }
            return Self.claim(name, entry.value)
        }
    }

    private static func claim(_ name: String, _ node: YAMLNode) -> DeclaredClaim? {
        guard let mapping = YAMLMapping(node, keys: ["type", "default"]),
            let type = mapping.required("type")?.word(ClaimType.self),
            let missing = mapping.required("default")
        else { return nil }
        let value: Value? =
            switch type {
            case .bool: missing.bool().map(Value.bool)
            case .int: missing.integer(-exactMax...exactMax).map { .int(Int64($0)) }
            case .string: missing.scalar.map(Value.string)
            case .list:
                missing.items(countMax: 100).map { items in
                    .list(items.compactMap { $0.text(bytesMax: nameBytesMax).map(Value.string) })
                }
            }
        return value.map { DeclaredClaim(name: name, type: type, missing: $0) }
    }

    /// Claims' names may be URIs (RFC 7519 §4.2).
    private static let nameBytesMax = 200
    /// What every JSON reader holds exactly (RFC 8259 §6).
    private static let exactMax = (1 << 53) - 1
}

extension YAMLNode {
    /// A name that conditions can use: letters, digits and `_`, not beginning with a digit.
    fileprivate func factName() -> String? {
        guard let name = identifier() else { return nil }
        let first = name.utf8.first ?? 0
        guard !name.contains("-"), !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            report("'\(name)' can't be named in conditions: use letters, digits and '_'")
            return nil
        }
        return name
    }
}
