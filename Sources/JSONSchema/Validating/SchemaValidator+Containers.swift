import JSONDocument

/// Checks of objects and arrays. Other values pass them.
extension SchemaValidator {
    func has(_ keys: Check.Span, _ value: JSONValue, _ step: Int32) -> Bool {
        guard value.kind == .object else { return true }
        var isValid = true
        charge(keys, value)
        for row in keys.range where value.member(program.bytes(of: program.keys[row])) == nil {
            isValid = fail(step, value, detail: Int32(row))
            if !isGathering { return false }
        }
        return isValid
    }

    /// Looking up keys in a large object is work.
    private func charge(_ keys: Check.Span, _ value: JSONValue) {
        steps -= Int(keys.count) * value.count >> 4
    }

    func hasDependents(_ rows: Check.Span, _ value: JSONValue, _ step: Int32) -> Bool {
        guard value.kind == .object else { return true }
        var isValid = true
        charge(rows, value)
        for row in rows.range {
            let key = program.keys[row]
            guard value.member(program.bytes(of: key)) != nil else { continue }
            if !has(program.keyLists[Int(key.node)], value, step) {
                isValid = false
                if !isGathering { return false }
            }
        }
        return isValid
    }

    func fulfilsDependents(_ keys: Check.Span, _ value: JSONValue, _ frame: Frame) -> Bool {
        guard value.kind == .object else { return true }
        var isValid = true
        charge(keys, value)
        for row in keys.range {
            let key = program.keys[row]
            guard value.member(program.bytes(of: key)) != nil else { continue }
            if !evaluate(key.node, value, frame) {
                isValid = false
                if !isGathering { return false }
            }
        }
        return isValid
    }

    func members(_ table: MemberTable, _ value: JSONValue, _ frame: Frame) -> Bool {
        guard value.kind == .object else { return true }
        var isValid = true
        var ordinal = 0
        for (key, member) in value.members {
            steps -= 1
            let node = program.node(for: key, in: table)
            var isKnown = node >= 0
            if isKnown, !evaluate(node, member, Self.noFrame) { isValid = false }
            for row in table.patterns.range {
                let pattern = program.patternNodes[row]
                guard matches(pattern.pattern, key) else { continue }
                isKnown = true
                if !evaluate(pattern.node, member, Self.noFrame) { isValid = false }
            }
            if !isKnown, table.additional >= 0 {
                isKnown = true
                if !evaluate(table.additional, member, Self.noFrame) { isValid = false }
            }
            if !isValid, !isGathering { return false }
            if isKnown { mark(ordinal, frame) }
            ordinal += 1
        }
        return isValid
    }

    func names(_ node: Int32, _ value: JSONValue) -> Bool {
        var isValid = true
        for (_, member) in value.members
        where !evaluate(node, value.at(member.index - 1), Self.noFrame) {
            guard isGathering else { return false }
            isValid = false
        }
        return isValid
    }

    func unevaluatedProperties(_ node: Int32, _ value: JSONValue, _ frame: Frame) -> Bool {
        guard value.kind == .object else { return true }
        var isValid = true
        var ordinal = 0
        for (_, member) in value.members {
            if !isMarked(ordinal, frame) {
                if !evaluate(node, member, Self.noFrame) {
                    guard isGathering else { return false }
                    isValid = false
                }
                mark(ordinal, frame)
            }
            ordinal += 1
        }
        return isValid
    }

    // MARK: Arrays

    func items(_ prefix: Check.Span, _ rest: Int32, _ value: JSONValue, _ frame: Frame) -> Bool {
        guard value.kind == .array else { return true }
        var isValid = true
        var ordinal = 0
        for element in value.elements {
            let isInPrefix = ordinal < Int(prefix.count)
            let node = isInPrefix ? program.nodeLists[Int(prefix.start) + ordinal] : rest
            if node < 0 { break }
            if !evaluate(node, element, Self.noFrame) {
                guard isGathering else { return false }
                isValid = false
            }
            mark(ordinal, frame)
            ordinal += 1
        }
        return isValid
    }

    func contains(
        _ node: Int32,
        _ min: Int,
        _ max: Int,
        _ value: JSONValue,
        _ frame: Frame
    ) -> Bool {
        guard value.kind == .array else { return true }
        var fitting = 0
        var ordinal = 0
        for element in value.elements {
            if attempt(node, element, Self.noFrame) {
                fitting += 1
                if fitting > max { return false }
                if frame < 0, fitting >= min, max == .max { return true }
                mark(ordinal, frame)
            }
            ordinal += 1
        }
        return fitting >= min
    }

    func unevaluatedItems(_ node: Int32, _ value: JSONValue, _ frame: Frame) -> Bool {
        guard value.kind == .array else { return true }
        var isValid = true
        for (ordinal, element) in value.elements.enumerated() where !isMarked(ordinal, frame) {
            if !evaluate(node, element, Self.noFrame) {
                guard isGathering else { return false }
                isValid = false
            }
            mark(ordinal, frame)
        }
        return isValid
    }

    /// Whether no two elements are equal: few by comparing all, many by a hash table.
    func isUnique(_ value: JSONValue) -> Bool {
        if value.count <= Self.pairwiseMax {
            for element in value.elements {
                for other in value.elements {
                    if other.index >= element.index { break }
                    if element.isEqual(to: other, steps: &steps) { return false }
                }
            }
            return true
        }
        var size = 32
        while size < value.count * 2 { size *= 2 }
        hashes.removeAll(keepingCapacity: true)
        for _ in 0..<size { hashes.append((0, Self.free)) }
        for element in value.elements {
            let hash = element.equalityHash(steps: &steps)
            var slot = hash & (size - 1)
            while hashes[slot].index != Self.free {
                let other = hashes[slot]
                if other.hash == hash, element.isEqual(to: value.at(other.index), steps: &steps) {
                    return false
                }
                slot = (slot + 1) & (size - 1)
            }
            hashes[slot] = (hash, element.index)
        }
        return true
    }

    private static let pairwiseMax = 12
    /// No element stands at the tape's first word.
    private static let free = 0
}
