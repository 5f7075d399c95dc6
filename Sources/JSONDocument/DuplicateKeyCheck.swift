/// Looks through a tape once for what simdjson lets pass: a key named twice in one object, U+0000.
struct DuplicateKeyCheck {
    /// Objects with more members than this are checked by hash, so that the time stays linear.
    private static let pairwiseMax = 16

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
                if !acceptsNUL, value.stringBytes.contains(0) { return .nulCharacter }
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
        var count = 0
        var place = first
        while place < close {
            count += 1
            if count > Self.pairwiseMax { return hasDuplicateByHash(object) }
            let key = object.at(place).stringBytes
            var earlier = first
            while earlier < place {
                if equal(object.at(earlier).stringBytes, key) { return true }
                earlier = object.at(earlier + 1).end
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

extension JSONValue {
    /// Whether this place of the tape closes an object or array.
    var isClose: Bool {
        let tag = UInt8(truncatingIfNeeded: tape[index] >> 56)
        return tag == UInt8(ascii: "}") || tag == UInt8(ascii: "]")
    }
}
