import JSONDocument
import Spelling

/// The keywords that apply schemas, references and formats.
extension Compiler {
    mutating func applicator(
        _ name: String,
        _ value: Source,
        _ schema: Source,
        _ dialect: Dialect
    ) -> Check? {
        switch name {
        case "$ref": return target(value).map { .reference(node: node($0.source)) }
        case "$dynamicRef": return dynamicReference(value)
        case "$recursiveRef":
            report("'$recursiveRef' isn't supported: write '$dynamicRef' of draft 2020-12", value)
            return nil
        case "allOf": return nodes(value).map(Check.all)
        case "anyOf": return nodes(value).map(Check.any)
        case "oneOf": return nodes(value).map(Check.one)
        case "not": return .not(node: node(value))
        case "if": return condition(value, schema)
        case "properties", "patternProperties", "additionalProperties":
            return isFirst(
                name,
                schema,
                ["properties", "patternProperties", "additionalProperties"]
            )
                ? members(schema) : nil
        case "propertyNames": return .names(node: node(value))
        case "prefixItems", "items": return items(name, value, schema, dialect)
        case "contains": return contains(value, schema, dialect)
        case "dependentSchemas":
            return keys(value).map { .dependentSchemas(keys: append($0)) }
        case "dependencies": return dependencies(value)
        case "unevaluatedItems": return .unevaluatedItems(node: node(value))
        case "unevaluatedProperties": return .unevaluatedProperties(node: node(value))
        case "format": return format(value, dialect)
        case "$defs", "definitions": return definitions(value)
        default: return nil
        }
    }

    private mutating func definitions(_ value: Source) -> Check? {
        if value.value.kind != .object { report("an object of schemas is wanted here", value) }
        return nil
    }

    private mutating func nodes(_ value: Source) -> Check.Span? {
        guard value.value.kind == .array, value.value.count > 0 else {
            report("a list of one schema or more is wanted here", value)
            return nil
        }
        return list(value.value.elements.map { node(value.with($0)) })
    }

    private mutating func list(_ nodes: [Int32]) -> Check.Span {
        let span = Check.Span(start: Int32(tables.nodeLists.count), count: Int32(nodes.count))
        tables.nodeLists += nodes
        return span
    }

    private mutating func dynamicReference(_ value: Source) -> Check? {
        guard let target = target(value) else { return nil }
        let node = node(target.source)
        guard let name = target.dynamicAnchor else { return .reference(node: node) }
        let row = dynamicNames[name] ?? Int32(dynamicNames.count)
        dynamicNames[name] = row
        return .dynamicReference(node: node, name: row)
    }

    private mutating func condition(_ value: Source, _ schema: Source) -> Check? {
        let then = schema.value["then"].map { node(schema.with($0)) } ?? -1
        let otherwise = schema.value["else"].map { node(schema.with($0)) } ?? -1
        return .condition(node(value), then: then, otherwise: otherwise)
    }

    // MARK: Objects

    /// Whether a keyword is the first of several that are compiled together.
    private func isFirst(_ name: String, _ schema: Source, _ names: [String]) -> Bool {
        schema.value.members.lazy.map { String(decoding: $0.key, as: UTF8.self) }
            .first { names.contains($0) } == name
    }

    private mutating func keys(_ value: Source) -> [Key]? {
        guard value.value.kind == .object else {
            report("an object of schemas is wanted here", value)
            return nil
        }
        return value.value.members.map { key($0.key, node: node(value.with($0.value))) }
    }

    private mutating func members(_ schema: Source) -> Check? {
        let properties = schema.value["properties"].map(schema.with).flatMap { keys($0) } ?? []
        let patterns = schema.value["patternProperties"].map(schema.with)
        let start = Int32(tables.patternNodes.count)
        if let patterns {
            guard patterns.value.kind == .object else {
                report("an object of schemas is wanted here", patterns)
                return nil
            }
            for (_, value) in patterns.value.members {
                let node = node(patterns.with(value))
                guard let pattern = pattern(patterns.with(value.at(value.index - 1))) else {
                    continue
                }
                tables.patternNodes.append(ProgramTables.PatternNode(pattern: pattern, node: node))
            }
        }
        let additional = schema.value["additionalProperties"].map { node(schema.with($0)) } ?? -1
        let count = Int32(tables.patternNodes.count) - start
        let span = append(properties)
        let hashes = properties.map { key in
            Program.hash(tables.keyBytes[Int(key.start)..<Int(key.start + key.count)])
        }
        tables.members.append(
            MemberTable(
                keys: span,
                slots: slots(hashes, from: span.start),
                patterns: Check.Span(start: start, count: count),
                additional: additional
            )
        )
        return .members(table: Int32(tables.members.count - 1))
    }

    /// A hash table of rows, half full at most; none for a few, which are compared in turn.
    mutating func slots(_ hashes: [Int], from first: Int32) -> Check.Span {
        guard hashes.count > 8 else { return Check.Span(start: 0, count: 0) }
        var size = 16
        while size < hashes.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (number, hash) in hashes.enumerated() {
            var slot = hash & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = first + Int32(number)
        }
        let span = Check.Span(start: Int32(tables.slots.count), count: Int32(size))
        tables.slots += slots
        return span
    }

    /// `dependencies` of earlier drafts: names or a schema for each key.
    private mutating func dependencies(_ value: Source) -> Check? {
        guard value.value.kind == .object else {
            report("an object is wanted here", value)
            return nil
        }
        var keys: [Key] = []
        for (name, member) in value.value.members {
            let source = value.with(member)
            keys.append(
                key(name, node: member.kind == .array ? requiring(source) : node(source))
            )
        }
        return .dependentSchemas(keys: append(keys))
    }

    /// A node that asks for the members of a list of names.
    private mutating func requiring(_ list: Source) -> Int32 {
        guard let names = names(list) else { return -1 }
        let step = Step(check: .required(keys: names), place: place(list))
        tables.steps.append(step)
        tables.nodes.append(
            Node(
                steps: Check.Span(start: Int32(tables.steps.count - 1), count: 1),
                resource: Int32(list.resource)
            )
        )
        return Int32(tables.nodes.count - 1)
    }

    // MARK: Arrays

    private mutating func items(
        _ name: String,
        _ value: Source,
        _ schema: Source,
        _ dialect: Dialect
    ) -> Check? {
        if dialect.isHistoric, value.value.kind == .array {
            guard let prefix = nodes(value) else { return nil }
            let rest = schema.value["additionalItems"].map { node(schema.with($0)) } ?? -1
            return .items(prefix: prefix, rest: rest)
        }
        let hasPrefix = !dialect.isHistoric && schema.value["prefixItems"] != nil
        if name == "prefixItems" {
            guard let prefix = nodes(value) else { return nil }
            let rest = schema.value["items"].map { node(schema.with($0)) } ?? -1
            return .items(prefix: prefix, rest: rest)
        }
        if value.value.kind == .array {
            report("'items' is one schema; a list of schemas is 'prefixItems'", value)
            return nil
        }
        return hasPrefix
            ? nil : .items(prefix: Check.Span(start: 0, count: 0), rest: node(value))
    }

    private mutating func contains(
        _ value: Source,
        _ schema: Source,
        _ dialect: Dialect
    ) -> Check? {
        var bounds = (min: 1, max: Int.max)
        if dialect.vocabularies.contains(.validation) {
            if let min = schema.value["minContains"] {
                bounds.min = size(schema.with(min)) ?? 1
            }
            if let max = schema.value["maxContains"] {
                bounds.max = size(schema.with(max)) ?? Int.max
            }
        }
        return .contains(node: node(value), min: bounds.min, max: bounds.max)
    }

    // MARK: Formats

    private mutating func format(_ value: Source, _ dialect: Dialect) -> Check? {
        guard let name = value.value.string else {
            report("'format' is a name", value)
            return nil
        }
        guard let format = Format(rawValue: name) else {
            if let near = Spelling.nearest(to: name, of: Format.allCases.map(\.rawValue)) {
                let message = "unknown format '\(name)' has no effect (did you mean '\(near)'?)"
                warnings.append(documents[value.document].mistake(message, at: value.value.index))
            }
            return nil
        }
        let asserts = formatIsAssertion || dialect.vocabularies.contains(.formatAssertion)
        return asserts ? .format(format) : nil
    }

    // MARK: Dialects

    /// What the schema's resource is written in; nil when that is unknown, which is reported once.
    mutating func dialect(_ source: Source) -> Dialect? {
        if let known = dialects[source.resource] { return known }
        guard let schema = resource(source).schema else {
            dialects[source.resource] = .current
            return .current
        }
        let place = source.with(source.value.at(schema.place))
        let dialect = dialect(named: schema.uri, place)
        // A mistake is told once.
        dialects[source.resource] = dialect ?? .current
        return dialect
    }

    private mutating func dialect(named uri: String, _ place: Source) -> Dialect? {
        let uri = URIReference(uri).withoutFragment
        if uri == Dialect.currentURI { return .current }
        if uri == Dialect.historicURI { return .historic }
        guard let meta = places[uri] else {
            let isOlder = uri.hasPrefix("http://json-schema.org/draft-0")
            let hint = Spelling.hint(for: uri, of: [Dialect.currentURI])
            report(
                isOlder
                    ? "this draft isn't supported: write '\(Dialect.currentURI)'"
                    : "no file that was given is the meta-schema '\(uri)'\(hint)",
                place
            )
            return nil
        }
        let root = meta.document.root.at(meta.document.resources[meta.resource].root)
        guard let declared = root["$vocabulary"] else { return .current }
        var vocabularies: Set<Dialect.Vocabulary> = [.core]
        for (key, isRequired) in declared.members {
            let name = String(decoding: key, as: UTF8.self)
            let prefix = Dialect.Vocabulary.prefix
            if name.hasPrefix(prefix),
                let known = Dialect.Vocabulary(rawValue: String(name.dropFirst(prefix.count)))
            {
                vocabularies.insert(known)
            } else if isRequired.bool == true {
                report("the meta-schema '\(uri)' asks for the unknown vocabulary '\(name)'", place)
                return nil
            }
        }
        // `format` is a keyword of both its vocabularies.
        if vocabularies.contains(.formatAssertion) { vocabularies.insert(.formatAnnotation) }
        return Dialect(vocabularies: vocabularies, isHistoric: false)
    }
}
