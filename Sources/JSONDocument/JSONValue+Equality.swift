extension JSONValue {
    /// Whether two values are equal as JSON: numbers by their value, objects in any order.
    ///
    /// - Parameter steps: counts down with the work done, a value or 32 bytes of text a step; below
    ///   0 the answer is false.
    package func isEqual(to other: JSONValue, steps: inout Int) -> Bool {
        steps -= 1
        guard steps >= 0 else { return false }
        switch (kind, other.kind) {
        case (.string, .string):
            guard stringBytes.count == other.stringBytes.count else { return false }
            steps -= stringBytes.count >> 5
            return equal(stringBytes, other.stringBytes)
        case (.bool, .bool): return bool == other.bool
        case (.null, .null): return true
        case (.array, .array): return hasEqualElements(other, &steps)
        case (.object, .object): return hasEqualMembers(other, &steps)
        default: return compare(to: other) == 0
        }
    }

    private func hasEqualElements(_ other: JSONValue, _ steps: inout Int) -> Bool {
        guard count == other.count else { return false }
        var others = other.elements
        for element in elements {
            guard let counterpart = others.next(), element.isEqual(to: counterpart, steps: &steps)
            else { return false }
        }
        return true
    }

    private func hasEqualMembers(_ other: JSONValue, _ steps: inout Int) -> Bool {
        let count = count
        guard count == other.count else { return false }
        var others = other.members
        for (key, value) in members {
            // Equal objects mostly have one order; another is looked up.
            guard let next = others.next() else { return false }
            var counterpart = next.value
            if !equal(next.key, key) {
                steps -= count
                guard steps >= 0, let found = other.member(key) else { return false }
                counterpart = found
            }
            guard value.isEqual(to: counterpart, steps: &steps) else { return false }
        }
        return true
    }

    /// The same for equal values, seeded for each process: nobody can choose values that collide.
    ///
    /// - Parameter steps: counts down with the work done.
    package func equalityHash(steps: inout Int) -> Int {
        var hasher = Hasher()
        steps -= 1
        switch kind {
        case .string:
            steps -= stringBytes.count >> 5
            hasher.combine(bytes: stringBytes)
        case .array:
            for element in elements { hasher.combine(element.equalityHash(steps: &steps)) }
        case .object:
            var sum = 0
            for (key, value) in members {
                var member = Hasher()
                member.combine(bytes: key)
                member.combine(value.equalityHash(steps: &steps))
                sum &+= member.finalize()
            }
            hasher.combine(sum)
        case .integer: hasher.combine(Int64(bitPattern: numberBits))
        case .unsigned: hasher.combine(Double(numberBits))
        case .double:
            let number = Double(bitPattern: numberBits)
            if let whole = Int64(exactly: number) {
                hasher.combine(whole)
            } else {
                hasher.combine(number)
            }
        case .bool: hasher.combine(bool == true)
        case .null: break
        }
        return hasher.finalize()
    }
}
