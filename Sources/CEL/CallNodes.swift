import Glibc

/// A call of a function, whose overload is chosen by the values' types.
final class Call: Node, @unchecked Sendable {
    let name: String
    let overloads: [Overload]
    let arguments: [Node]

    init(_ name: String, _ overloads: [Overload], _ arguments: [Node], at offset: Int) {
        self.name = name
        self.overloads = overloads
        self.arguments = arguments
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        var cost = 1
        for argument in arguments {
            let value = try argument.value(&context)
            cost += value.weight
            values.append(value)
        }
        try context.spend(cost, at: offset)
        guard let body = overloads.first(where: { $0.takes(values) })?.body else {
            throw error(.noSuchOverload(name))
        }
        do {
            let result = try body(values)
            try context.budget.spend(result.weight)
            return result
        } catch {
            throw self.error(error)
        }
    }
}

/// `size` of a text, bytes, list or map.
final class Size: Node, @unchecked Sendable {
    let operand: Node

    init(_ operand: Node, at offset: Int) {
        self.operand = operand
        super.init(at: offset)
    }

    override func int(_ context: inout Context) throws(EvaluationError) -> Int64 {
        let value = try operand.value(&context)
        try context.spend(1 + value.weight, at: offset)
        guard let size = value.size else { throw error(.noSuchOverload("size")) }
        return size
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .int(try int(&context))
    }
}

extension Value {
    /// Characters (Unicode scalars), bytes, elements or entries; nil of what has no size.
    var size: Int64? {
        switch self {
        case .string(let text): Int64(text.scalarCount)
        case .bytes(let bytes): Int64(bytes.count)
        case .list(let elements): Int64(elements.count)
        case .map(let map): Int64(map.entries.count)
        default: nil
        }
    }
}

extension String {
    /// Unicode scalars: all bytes but those that continue one, eight at a time.
    var scalarCount: Int {
        withBytes { bytes in
            var continued = 0
            var place = 0
            while place + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                continued += (word >> 7 & ~(word >> 6) & 0x0101_0101_0101_0101).nonzeroBitCount
                place += 8
            }
            while place < bytes.count {
                continued += bytes[place] & 0xC0 == 0x80 ? 1 : 0
                place += 1
            }
            return bytes.count - continued
        }
    }
}

/// `startsWith`, `endsWith` and `contains`.
final class TextPredicate: Node, @unchecked Sendable {
    enum Kind: String {
        case startsWith, endsWith, contains

        func holds(_ text: String, _ part: String) -> Bool {
            text.withBytes { text in
                part.withBytes { part in
                    guard part.count <= text.count, part.count > 0,
                        let start = text.baseAddress, let sought = part.baseAddress
                    else { return part.isEmpty }
                    return switch self {
                    case .startsWith: memcmp(start, sought, part.count) == 0
                    case .endsWith:
                        memcmp(start + text.count - part.count, sought, part.count) == 0
                    case .contains: ByteSearch.first(part, in: text) != nil
                    }
                }
            }
        }
    }

    let kind: Kind
    let text: Node
    let part: Node

    init(_ kind: Kind, _ text: Node, _ part: Node, at offset: Int) {
        self.kind = kind
        self.text = text
        self.part = part
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        guard case .string(let text) = try text.value(&context),
            case .string(let part) = try part.value(&context)
        else { throw error(.noSuchOverload(kind.rawValue)) }
        try context.spend(1 + (text.utf8.count + part.utf8.count) / Limits.sizePerCost, at: offset)
        return kind.holds(text, part)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

/// `matches` with a pattern that is compiled beforehand, or at each evaluation.
final class Match: Node, @unchecked Sendable {
    let text: Node
    let pattern: Pattern?
    let source: Node

    init(_ text: Node, _ pattern: Pattern?, source: Node, at offset: Int) {
        self.text = text
        self.pattern = pattern
        self.source = source
        super.init(at: offset)
    }

    override func bool(_ context: inout Context) throws(EvaluationError) -> Bool {
        guard case .string(let text) = try text.value(&context) else {
            throw error(.noSuchOverload("matches"))
        }
        try context.spend(1 + text.utf8.count / 4, at: offset)
        if let pattern { return pattern.matches(text) }
        guard case .string(let source) = try source.value(&context) else {
            throw error(.noSuchOverload("matches"))
        }
        try context.spend(Limits.patternCost + source.utf8.count, at: offset)
        do {
            return try Pattern(source).matches(text)
        } catch {
            throw self.error(error)
        }
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .bool(try bool(&context))
    }
}

/// A part of a timestamp in a time zone that is known beforehand.
final class ZonedPart: Node, @unchecked Sendable {
    let part: Timestamp.Part
    let instant: Node
    let zone: Zone

    init(_ part: Timestamp.Part, _ instant: Node, _ zone: Zone, at offset: Int) {
        self.part = part
        self.instant = instant
        self.zone = zone
        super.init(at: offset)
    }

    override func int(_ context: inout Context) throws(EvaluationError) -> Int64 {
        guard case .timestamp(let instant) = try instant.value(&context) else {
            throw error(.noSuchOverload(part.rawValue))
        }
        return instant.part(part, in: zone)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        .int(try int(&context))
    }
}
