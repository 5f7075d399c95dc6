import Glibc

/// Looks through a tape once for what simdjson lets pass: a key named twice in one object, U+0000.
struct DuplicateKeyCheck {
    /// Keys of one object that are compared with all before them; with more the object is checked by
    /// hash, so that the time stays linear.
    private static let lookalikesMax = 16

    /// Whether U+0000 may pass.
    let acceptsNUL: Bool

    /// - Parameter end: the tape's place after the root value.
    func check(_ root: JSONValue, end: Int, depthMax: Int) -> JSONRefusal? {
        var place = root.index
        var depth = 0
        while place < end {
            let value = root.at(place)
            switch value.kind {
            case .object:
                depth += 1
                if depth > depthMax { return .tooDeep }
                if hasDuplicate(value) { return .duplicateKey }
                place += 1
            case .array:
                depth += 1
                if depth > depthMax { return .tooDeep }
                place += 1
            case .string:
                if !acceptsNUL, value.stringBytes.hasNUL { return .nulCharacter }
                place = value.end
            case .null where value.isClose:
                depth -= 1
                place += 1
            default: place = value.end
            }
        }
        return nil
    }

    private func hasDuplicate(_ object: JSONValue) -> Bool {
        let first = object.index + 1
        let close = object.end - 1
        var seen = KeyFilter()
        var lookalikes = 0
        var place = first
        while place < close {
            let key = object.at(place).stringBytes
            if seen.mayHold(key) {
                lookalikes += 1
                if lookalikes > Self.lookalikesMax { return hasDuplicateByHash(object) }
                var earlier = first
                while earlier < place {
                    if equal(object.at(earlier).stringBytes, key) { return true }
                    earlier = object.at(earlier + 1).end
                }
            }
            place = object.at(place + 1).end
        }
        return false
    }

    /// Swift's hashing is seeded for each process, so nobody can choose keys that collide.
    private func hasDuplicateByHash(_ object: JSONValue) -> Bool {
        var seen: Set<[UInt8]> = []
        return object.members.contains { !seen.insert(Array($0.key)).inserted }
    }
}

/// Remembers keys by one bit of 256 each: a key whose bit is free is a new one.
private struct KeyFilter {
    private var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Adds a key, and says whether its bit was taken.
    mutating func mayHold(_ key: UnsafeRawBufferPointer) -> Bool {
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let place = hash >> 56
        let bit: UInt64 = 1 << (place & 63)
        func add(to word: inout UInt64) -> Bool {
            defer { word |= bit }
            return word & bit != 0
        }
        return switch place >> 6 {
        case 0: add(to: &bits.0)
        case 1: add(to: &bits.1)
        case 2: add(to: &bits.2)
        default: add(to: &bits.3)
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var hasNUL: Bool { baseAddress.map { memchr($0, 0, count) != nil } ?? false }
}

extension JSONValue {
    /// Whether this place of the tape closes an object or array.
    var isClose: Bool {
        let tag = UInt8(truncatingIfNeeded: tape[index] >> 56)
        return tag == UInt8(ascii: "}") || tag == UInt8(ascii: "]")
    }
}
