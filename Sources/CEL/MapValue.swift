/// A map: entries in the order in which they were written, found by key.
package final class MapValue: Sendable {
    package let entries: [(key: Value, value: Value)]
    private let places: [MapKey: Int]

    /// Nil when two keys are equal, or one is of a type that can't be a key.
    package init?(_ entries: [(key: Value, value: Value)]) {
        var places: [MapKey: Int] = [:]
        places.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            guard let key = MapKey(entry.key), places.updateValue(index, forKey: key) == nil
            else { return nil }
        }
        self.entries = entries
        self.places = places
    }

    /// The value under a key, or nil; a number finds its equal of another type.
    package subscript(key: Value) -> Value? {
        MapKey(key).flatMap { places[$0] }.map { entries[$0].value }
    }
}

/// A key, the same for equal numbers of different types.
private enum MapKey: Hashable {
    case bool(Bool)
    case int(Int64)
    /// More than an `int` can hold.
    case large(UInt64)
    case text(String)

    init?(_ value: Value) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .uint(let value): self = Int64(exactly: value).map(Self.int) ?? .large(value)
        case .double(let value):
            if let whole = Int64(exactly: value) {
                self = .int(whole)
            } else if let whole = UInt64(exactly: value) {
                self = .large(whole)
            } else {
                return nil
            }
        case .string(let text): self = .text(text)
        default: return nil
        }
    }

    static func == (left: MapKey, right: MapKey) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.large(let left), .large(let right)): left == right
        case (.text(let left), .text(let right)): left.hasSameBytes(as: right)
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .large(let value): hasher.combine(value)
        case .text(let text):
            var copy = hasher
            text.withBytes { copy.combine(bytes: $0) }
            hasher = copy
        }
    }
}
