import JSONDocument
import Spelling

/// The keywords of the validation vocabulary.
extension Compiler {
    mutating func assertion(_ name: String, _ value: Source, in schema: Source) -> Check? {
        switch name {
        case "type": types(value).map(Check.type)
        case "const": .equal(literal: literal(value.value))
        case "enum": choices(value)
        case "multipleOf": multiple(value)
        case "maximum": number(value).map(Check.maximum)
        case "minimum": number(value).map(Check.minimum)
        case "exclusiveMaximum": number(value).map(Check.exclusiveMaximum)
        case "exclusiveMinimum": number(value).map(Check.exclusiveMinimum)
        case "maxLength": size(value).map(Check.lengthMax)
        case "minLength": size(value).map(Check.lengthMin)
        case "maxItems": size(value).map(Check.itemsMax)
        case "minItems": size(value).map(Check.itemsMin)
        case "maxProperties": size(value).map(Check.propertiesMax)
        case "minProperties": size(value).map(Check.propertiesMin)
        case "uniqueItems": unique(value)
        case "pattern": pattern(value).map(Check.pattern)
        case "required": names(value).map(Check.required)
        case "dependentRequired": dependentRequired(value)
        case "maxContains", "minContains": containsBound(value)
        default: nil
        }
    }

    private mutating func types(_ value: Source) -> TypeSet? {
        var set: TypeSet = []
        let names = value.value.kind == .array ? Array(value.value.elements) : [value.value]
        if names.isEmpty { report("'type' names no type", value) }
        for name in names {
            let source = value.with(name)
            guard let text = name.string else {
                report("'type' is a name, or a list of names", source)
                return nil
            }
            guard let type = TypeSet.names.first(where: { $0.key == text })?.value else {
                let hint = Spelling.hint(for: text, of: TypeSet.names.map(\.key))
                let known = TypeSet.names.map(\.key).joined(separator: ", ")
                report(
                    "unknown type '\(text)'\(hint.isEmpty ? " (known: \(known))" : hint)",
                    source
                )
                return nil
            }
            set.insert(type)
        }
        return set
    }

    mutating func literal(_ value: JSONValue) -> Int32 {
        tables.literals.append(value)
        return Int32(tables.literals.count - 1)
    }

    private mutating func choices(_ value: Source) -> Check? {
        guard value.value.kind == .array else {
            report("'enum' is a list of values", value)
            return nil
        }
        let start = Int32(tables.literals.count)
        tables.literals += value.value.elements
        var steps = 0
        let hashes = value.value.elements.map { $0.equalityHash(steps: &steps) }
        return .oneOf(
            literals: Check.Span(start: start, count: Int32(hashes.count)),
            slots: slots(hashes, from: start)
        )
    }

    private mutating func number(_ value: Source) -> Int32? {
        guard value.value.double != nil else {
            report("a number is wanted here", value)
            return nil
        }
        return literal(value.value)
    }

    private mutating func multiple(_ value: Source) -> Check? {
        guard let number = value.value.double, number > 0, let divisor = Decimal(value.value),
            divisor.digits > 0
        else {
            report("'multipleOf' is a number above 0", value)
            return nil
        }
        return .multiple(divisor)
    }

    mutating func size(_ value: Source) -> Int? {
        guard value.value.isInteger, let number = value.value.double, number >= 0 else {
            report("a whole number, 0 or more, is wanted here", value)
            return nil
        }
        return Int(exactly: number) ?? Int.max
    }

    private mutating func containsBound(_ value: Source) -> Check? {
        // What it says is read with `contains`.
        _ = size(value)
        return nil
    }

    private mutating func unique(_ value: Source) -> Check? {
        guard let isUnique = value.value.bool else {
            report("'uniqueItems' is true or false", value)
            return nil
        }
        return isUnique ? .unique : nil
    }

    mutating func pattern(_ value: Source) -> Int32? {
        guard let text = value.value.string else {
            report("'pattern' is a regular expression in a string", value)
            return nil
        }
        patternBytes += Self.patternBytesEach + text.utf8.count
        guard patternBytes <= Self.patternBytesMax else {
            report("the schema has too many patterns, or too long ones", value)
            return nil
        }
        do {
            tables.patterns.append(try Pattern(ecma: text))
            return Int32(tables.patterns.count - 1)
        } catch {
            let document = documents[value.document]
            let offset = SourcePlace.offset(
                ofScalar: error.scalarOffset,
                inString: value.value.index,
                of: document.text.text
            )
            mistakes.append(SchemaMistake(error.message, at: offset, in: document.text))
            return nil
        }
    }

    /// A schema's patterns, each with a little added: one takes up to 20 ms to compile.
    private static let patternBytesMax = 64 << 10
    private static let patternBytesEach = 128

    // MARK: Keys

    mutating func names(_ value: Source) -> Check.Span? {
        guard value.value.kind == .array else {
            report("a list of names is wanted here", value)
            return nil
        }
        let start = Int32(tables.keys.count)
        for name in value.value.elements {
            guard name.kind == .string else {
                report("a name is wanted here, in double quotes", value.with(name))
                return nil
            }
            tables.keys.append(key(name.stringBytes, node: -1))
        }
        return Check.Span(start: start, count: Int32(tables.keys.count) - start)
    }

    mutating func key(_ bytes: UnsafeRawBufferPointer, node: Int32) -> Key {
        let start = Int32(tables.keyBytes.count)
        tables.keyBytes += bytes
        return Key(start: start, count: Int32(bytes.count), node: node)
    }

    private mutating func dependentRequired(_ value: Source) -> Check? {
        guard value.value.kind == .object else {
            report("'dependentRequired' is an object of lists of names", value)
            return nil
        }
        var rows: [Key] = []
        for (key, list) in value.value.members {
            guard let span = names(value.with(list)) else { return nil }
            tables.keyLists.append(span)
            rows.append(self.key(key, node: Int32(tables.keyLists.count - 1)))
        }
        return .dependentRequired(rows: append(rows))
    }

    mutating func append(_ keys: [Key]) -> Check.Span {
        let span = Check.Span(start: Int32(tables.keys.count), count: Int32(keys.count))
        tables.keys += keys
        return span
    }
}
