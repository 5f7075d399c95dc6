import JSONDocument

/// A parsed schema text and the resources and anchors in it.
///
/// Never changes once it is made; its parser keeps the tape alive.
final class SchemaDocument: @unchecked Sendable {
    let text: SchemaText
    let root: JSONValue
    /// The root's first, then those that an `$id` makes within.
    let resources: [SchemaResource]
    /// The resource that a value is the root of, by the value's place.
    let resourceNumbers: [Int: Int]

    private let parser: JSONParser

    init(_ text: SchemaText) throws(SchemaErrors) {
        let parser = JSONParser(depthMax: Self.depthMax, acceptsNUL: true)
        var copy = text.text
        let reading = copy.withUTF8 { bytes -> JSONParser.Reading in
            if bytes.count > Self.bytesMax { return .refused(.tooLarge) }
            return parser.parse(UnsafeRawBufferPointer(bytes))
        }
        switch reading {
        case .value(let value): root = value
        case .refused(let refusal):
            let fault = SyntaxFault(refusal, in: text.text, depthMax: Self.depthMax)
            throw SchemaErrors([SchemaMistake(fault.message, at: fault.offset, in: text)])
        }
        self.text = text
        self.parser = parser
        var scan = ResourceScan(text: text)
        scan.read(root)
        guard scan.mistakes.isEmpty else { throw SchemaErrors(scan.mistakes) }
        resources = scan.resources
        resourceNumbers = scan.numbers
    }

    /// A mistake at a value (or a key), by its place.
    func mistake(_ message: String, at index: Int) -> SchemaMistake {
        let offset = SourcePlace.range(of: index, in: text.text).lowerBound
        return SchemaMistake(message, at: offset, in: text)
    }

    /// Nesting accepted; a schema for people's messages has a tenth of it.
    static let depthMax = 128
    /// A text's size: ten times the largest schema that people write for messages.
    static let bytesMax = 1 << 20
}

/// A schema that has a URI of its own.
struct SchemaResource {
    /// Absolute, without a fragment.
    let base: URIReference
    /// The place of its root in its document.
    let root: Int
    /// The place of `$schema`, and what it says; of the resource around it when it has none.
    var schema: (place: Int, uri: String)?
    /// Places by the names of `$anchor` and `$dynamicAnchor`.
    var anchors: [String: Int] = [:]
    var dynamicAnchors: [String: Int] = [:]

    var uri: String { base.text }
}

/// Finds the resources and anchors of a document, in the places where a schema may stand.
private struct ResourceScan {
    let text: SchemaText
    var resources: [SchemaResource] = []
    var numbers: [Int: Int] = [:]
    var mistakes: [SchemaMistake] = []
    private var bases: Set<String> = []
    private var pending: [(value: JSONValue, resource: Int)] = []

    init(text: SchemaText) {
        self.text = text
    }

    mutating func read(_ root: JSONValue) {
        let base = URIReference(URIReference(text.uri).withoutFragment)
        resources.append(SchemaResource(base: base, root: root.index))
        bases = [base.text]
        numbers[root.index] = 0
        pending = [(root, 0)]
        while mistakes.count < Compiler.mistakesMax, let (value, resource) = pending.popLast() {
            guard value.kind == .object else { continue }
            let own = identify(value, within: resource)
            for (key, child) in value.members {
                let name = String(decoding: key, as: UTF8.self)
                add(child, Dialect.keywords[name]?.shape ?? .none, own)
            }
        }
    }

    private mutating func add(_ value: JSONValue, _ shape: Dialect.Shape, _ resource: Int) {
        switch shape {
        case .none: break
        case .schema: pending.append((value, resource))
        case .array: for element in value.elements { pending.append((element, resource)) }
        case .map, .mapOrNames:
            for (_, member) in value.members { pending.append((member, resource)) }
        case .schemaOrArray:
            add(value, value.kind == .array ? .array : .schema, resource)
        }
    }

    /// The resource that a schema belongs to, made when it has an `$id`.
    private mutating func identify(_ value: JSONValue, within outer: Int) -> Int {
        var resource = outer
        if let id = value["$id"], let reference = reference(id) {
            let base = reference.resolved(against: resources[outer].base)
            if base.scheme == nil {
                report("'$id' comes to no absolute URI", at: id)
            } else if base.text.utf8.count > Self.uriBytesMax {
                report("'$id' comes to a URI of more than \(Self.uriBytesMax) bytes", at: id)
            } else if value.index == resources[0].root {
                resources[0] = SchemaResource(base: base, root: value.index)
                bases = [base.text]
            } else if !bases.insert(base.text).inserted {
                report("'\(base.text)' is the '$id' of another schema of this file", at: id)
            } else {
                resource = resources.count
                let schema = resources[outer].schema
                resources.append(
                    SchemaResource(base: base, root: value.index, schema: schema)
                )
                numbers[value.index] = resource
            }
        }
        if numbers[value.index] != nil, let schema = value["$schema"] {
            if let uri = schema.string {
                resources[resource].schema = (schema.index, uri)
            } else {
                report("'$schema' must be a string", at: schema)
            }
        }
        if let anchor = value["$anchor"] { name(anchor, value, resource, isDynamic: false) }
        if let anchor = value["$dynamicAnchor"] { name(anchor, value, resource, isDynamic: true) }
        return resource
    }

    private mutating func reference(_ id: JSONValue) -> URIReference? {
        guard let text = id.string else {
            report("'$id' must be a string", at: id)
            return nil
        }
        var reference = URIReference(text)
        if let fragment = reference.fragment, !fragment.isEmpty {
            report("'$id' can't have a fragment; a name within a schema is an '$anchor'", at: id)
            return nil
        }
        reference.fragment = nil
        return reference
    }

    private mutating func name(
        _ anchor: JSONValue,
        _ value: JSONValue,
        _ resource: Int,
        isDynamic: Bool
    ) {
        guard let name = anchor.string, Self.isName(name) else {
            let example = "a letter or '_', then letters, digits, '-', '.' and '_'"
            return report("an anchor must be a name: \(example)", at: anchor)
        }
        let known = resources[resource].anchors[name] ?? resources[resource].dynamicAnchors[name]
        if known != nil, known != value.index {
            return report("the anchor '\(name)' stands twice in this schema", at: anchor)
        }
        if isDynamic {
            resources[resource].dynamicAnchors[name] = value.index
        } else {
            resources[resource].anchors[name] = value.index
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first == UInt8(ascii: "_") || isLetter(first) else {
            return false
        }
        return name.utf8.allSatisfy { isLetter($0) || "0123456789-._".utf8.contains($0) }
    }

    private static let uriBytesMax = 2048

    private mutating func report(_ message: String, at value: JSONValue) {
        let offset = SourcePlace.range(of: value.index, in: text.text).lowerBound
        mistakes.append(SchemaMistake(message, at: offset, in: text))
    }
}
