import Spelling

/// A mapping whose keys are known: unknown ones are reported with what was probably meant.
struct YAMLMapping {
    private let node: YAMLNode
    /// A handful, so that looking through them is faster than a dictionary is made: lists have a
    /// mapping for each term.
    private let values: [(name: String, node: YAMLNode)]

    /// Nil after a report when `node` is no mapping.
    init?(_ node: YAMLNode, keys: [String]) {
        guard let entries = node.entries() else { return nil }
        self.node = node
        for entry in entries where !keys.contains(entry.name) {
            entry.key.report(
                "unknown key '\(entry.name)'\(Spelling.hintOrList(for: entry.name, of: keys))"
            )
        }
        values = entries.map { ($0.name, $0.value) }
    }

    /// The value of a key that may be left out.
    subscript(key: String) -> YAMLNode? { values.first { $0.name == key }?.node }

    /// The value of a key that may not be left out; reports its absence.
    func required(_ key: String) -> YAMLNode? {
        let value = self[key]
        if value == nil { node.report("the key '\(key)' is missing") }
        return value
    }

    func report(_ message: String) {
        node.report(message)
    }
}
