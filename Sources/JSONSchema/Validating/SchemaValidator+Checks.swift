import JSONDocument

extension SchemaValidator {
    /// Whether a value passes one check. A failure of its own is noted; one of a subschema's steps
    /// notes itself.
    func check(_ check: Check, _ step: Int32, _ value: JSONValue, _ frame: Frame) -> Bool {
        switch check {
        case .type, .equal, .oneOf, .lengthMin, .lengthMax, .pattern, .format, .multiple, .maximum,
            .minimum, .exclusiveMaximum, .exclusiveMinimum, .itemsMin, .itemsMax, .unique,
            .propertiesMin, .propertiesMax, .never:
            return holds(check, value) || fail(step, value)
        case .required(let keys): return has(keys, value, step)
        case .dependentRequired(let rows): return hasDependents(rows, value, step)
        case .dependentSchemas(let keys): return fulfilsDependents(keys, value, frame)
        case .members(let table): return members(program.members[Int(table)], value, frame)
        case .names(let node): return names(node, value)
        case .items(let prefix, let rest): return items(prefix, rest, value, frame)
        case .contains(let node, let min, let max):
            return contains(node, min, max, value, frame) || fail(step, value)
        case .all(let nodes): return all(nodes, value, frame)
        case .any(let nodes): return any(nodes, value, step, frame)
        case .one(let nodes): return one(nodes, value, step, frame)
        case .not(let node):
            return !attempt(node, value, Self.noFrame) && steps >= 0 || fail(step, value)
        case .condition(let condition, let then, let otherwise):
            let branch = attempt(condition, value, frame) ? then : otherwise
            return branch < 0 || evaluate(branch, value, frame)
        case .reference(let node): return evaluate(node, value, frame)
        case .dynamicReference(let node, let name):
            return evaluate(dynamicNode(node, name), value, frame)
        case .unevaluatedProperties(let node): return unevaluatedProperties(node, value, frame)
        case .unevaluatedItems(let node): return unevaluatedItems(node, value, frame)
        }
    }

    /// Whether a value passes a check that no subschema takes part in.
    private func holds(_ check: Check, _ value: JSONValue) -> Bool {
        switch check {
        case .type(let types): value.isOf(types)
        case .equal(let literal):
            value.isEqual(to: program.literals[Int(literal)], steps: &steps)
        case .oneOf(let literals, let slots): isOne(of: literals, slots, value)
        case .lengthMin(let min): value.kind != .string || !isShorter(value.stringBytes, than: min)
        case .lengthMax(let max): value.kind != .string || !isLonger(value.stringBytes, than: max)
        case .pattern(let pattern):
            value.kind != .string || matches(pattern, value.stringBytes)
        case .format(let format): value.kind != .string || isWritten(format, value.stringBytes)
        case .multiple(let divisor): divisor.divides(value)
        case .maximum(let literal): order(value, literal) <= 0
        case .minimum(let literal): order(value, literal) >= 0 || value.double == nil
        case .exclusiveMaximum(let literal): order(value, literal) < 0 || value.double == nil
        case .exclusiveMinimum(let literal): order(value, literal) > 0 || value.double == nil
        case .itemsMin(let min): value.kind != .array || value.count >= min
        case .itemsMax(let max): value.kind != .array || value.count <= max
        case .unique: value.kind != .array || isUnique(value)
        case .propertiesMin(let min): value.kind != .object || value.count >= min
        case .propertiesMax(let max): value.kind != .object || value.count <= max
        default: false
        }
    }

    /// The order of a number and a limit; 0 for what is no number.
    private func order(_ value: JSONValue, _ literal: Int32) -> Int {
        value.compare(to: program.literals[Int(literal)]) ?? 0
    }

    private func isOne(of literals: Check.Span, _ slots: Check.Span, _ value: JSONValue) -> Bool {
        guard slots.count > 0 else {
            for row in literals.range
            where value.isEqual(to: program.literals[row], steps: &steps) { return true }
            return false
        }
        let mask = Int(slots.count) - 1
        var slot = value.equalityHash(steps: &steps) & mask
        while steps >= 0 {
            let row = program.slots[Int(slots.start) + slot]
            if row < 0 { return false }
            if value.isEqual(to: program.literals[Int(row)], steps: &steps) { return true }
            slot = (slot + 1) & mask
        }
        return false
    }

    // MARK: Texts

    func matches(_ pattern: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        steps -= 1 + bytes.count >> 5
        return program.patterns[Int(pattern)].matches(bytes)
    }

    private func isWritten(_ format: Format, _ bytes: UnsafeRawBufferPointer) -> Bool {
        steps -= format.isCostly ? bytes.count : bytes.count >> 4
        return format.matches(bytes)
    }

    private func isShorter(_ bytes: UnsafeRawBufferPointer, than min: Int) -> Bool {
        // A scalar has one to four bytes.
        bytes.count < min
            || bytes.count < min.multipliedReportingOverflow(by: 4).partialValue
                && scalarCount(bytes) < min
    }

    private func isLonger(_ bytes: UnsafeRawBufferPointer, than max: Int) -> Bool {
        bytes.count > max && scalarCount(bytes) > max
    }

    private func scalarCount(_ bytes: UnsafeRawBufferPointer) -> Int {
        steps -= bytes.count >> 6
        var count = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    // MARK: Combinations

    private func all(_ nodes: Check.Span, _ value: JSONValue, _ frame: Frame) -> Bool {
        var isValid = true
        for row in nodes.range where !evaluate(program.nodeLists[row], value, frame) {
            guard isGathering else { return false }
            isValid = false
        }
        return isValid
    }

    private func any(
        _ nodes: Check.Span,
        _ value: JSONValue,
        _ step: Int32,
        _ frame: Frame
    ) -> Bool {
        var isValid = false
        for row in nodes.range where attempt(program.nodeLists[row], value, frame) {
            // Each branch that fits tells what it has looked at.
            if frame < 0 { return true }
            isValid = true
        }
        return isValid || explain(nodes, value, step)
    }

    private func one(
        _ nodes: Check.Span,
        _ value: JSONValue,
        _ step: Int32,
        _ frame: Frame
    ) -> Bool {
        var fitting = 0
        for row in nodes.range where attempt(program.nodeLists[row], value, frame) {
            fitting += 1
            if fitting > 1 { return fail(step, value, detail: 2) }
        }
        return fitting == 1 || explain(nodes, value, step)
    }

    /// Notes why no branch fits: by the branch that nearly does, if there is one.
    private func explain(_ nodes: Check.Span, _ value: JSONValue, _ step: Int32) -> Bool {
        guard isGathering else { return false }
        let outer = failures
        var best: (cost: Int, failures: [Failure])?
        var isTie = false
        for row in nodes.range {
            failures = []
            _ = evaluate(program.nodeLists[row], value, Self.noFrame)
            let cost = failures.reduce(0) { $0 + remoteness($1, of: value) }
            if failures.isEmpty { continue }
            isTie = cost == best?.cost
            if cost < best?.cost ?? Int.max { best = (cost, failures) }
        }
        failures = outer
        if let best, !isTie {
            failures += best.failures
        } else {
            failures.append(Failure(value: value.index, step: step))
        }
        return false
    }

    /// How much a failure tells that another branch is meant.
    private func remoteness(_ failure: Failure, of value: JSONValue) -> Int {
        switch program.steps[Int(failure.step)].check {
        case .type where failure.value == value.index: 1000
        case .type, .equal, .oneOf: 100
        case .required, .never: 10
        default: 1
        }
    }
}

extension JSONValue {
    fileprivate func isOf(_ types: TypeSet) -> Bool {
        switch kind {
        case .object: types.contains(.object)
        case .array: types.contains(.array)
        case .string: types.contains(.string)
        case .bool: types.contains(.boolean)
        case .null: types.contains(.null)
        case .integer, .unsigned: types.contains(.number) || types.contains(.integer)
        case .double: types.contains(.number) || types.contains(.integer) && isInteger
        }
    }
}
