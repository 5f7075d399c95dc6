import JSONDocument
import Spelling

/// Turns schema documents into a program, one schema after another; never by recursion.
struct Compiler {
    /// Resources by URI.
    let places: [String: SchemaLibrary.Place]
    let formatIsAssertion: Bool

    var tables = ProgramTables()
    var documents: [SchemaDocument] = []
    var mistakes: [SchemaMistake] = []
    var warnings: [SchemaMistake] = []
    var dialects: [Int: Dialect] = [:]
    /// What the patterns so far come to.
    var patternBytes = 0
    /// Names that a `$dynamicRef` asks for, with their row in the table.
    var dynamicNames: [String: Int32] = [:]

    private var nodeNumbers: [SchemaPlace: Int32] = [:]
    private var pending: [(node: Int32, source: Source)] = []
    /// The number of each document's first resource.
    private var firstResources: [Int] = []
    private var mainDocument = 0
    /// Words that were looked at for a slip of the pen.
    private var unknownKeywords: Set<String> = []

    /// A value of a document, in its resource.
    struct Source {
        let document: Int
        let value: JSONValue
        /// Its number in the program.
        let resource: Int

        func with(_ value: JSONValue) -> Source {
            Source(document: document, value: value, resource: resource)
        }
    }

    init(places: [String: SchemaLibrary.Place], formatIsAssertion: Bool) {
        self.places = places
        self.formatIsAssertion = formatIsAssertion
    }

    mutating func compile(_ document: SchemaDocument) throws(SchemaErrors) -> Schema {
        let number = use(document)
        mainDocument = number
        _ = node(Source(document: number, value: document.root, resource: firstResources[number]))
        var settled = -1
        while settled < tables.nodes.count, mistakes.count < Self.mistakesMax {
            settled = tables.nodes.count
            drain()
            compileDynamicAnchors()
        }
        if mistakes.isEmpty {
            mistakes = ReferenceCycles(tables).found.prefix(Self.mistakesMax).map { cycle in
                let place = tables.steps[Int(cycle.step)].place
                return documents[Int(place.document)].mistake(cycle.message, at: Int(place.index))
            }
        }
        guard mistakes.isEmpty else { throw SchemaErrors(mistakes) }
        return Schema(tables, documents: documents, warnings: warnings)
    }

    private mutating func drain() {
        while let (node, source) = pending.popLast(), mistakes.count < Self.mistakesMax {
            guard tables.nodes.count <= Self.nodesMax else {
                return report("the schema has more than \(Self.nodesMax) parts", source)
            }
            compile(source, into: node)
        }
    }

    /// Makes a document's resources known to the program.
    private mutating func use(_ document: SchemaDocument) -> Int {
        if let number = documents.firstIndex(where: { $0 === document }) { return number }
        documents.append(document)
        firstResources.append(Int(tables.resourceCount))
        tables.resourceCount += Int32(document.resources.count)
        return documents.count - 1
    }

    /// The node of a schema, which is compiled later when it is new.
    mutating func node(_ source: Source) -> Int32 {
        let place = place(source)
        if let number = nodeNumbers[place] { return number }
        let number = Int32(tables.nodes.count)
        nodeNumbers[place] = number
        var source = source
        if let own = documents[source.document].resourceNumbers[source.value.index] {
            let resource = firstResources[source.document] + own
            source = Source(document: source.document, value: source.value, resource: resource)
        }
        tables.nodes.append(Node(resource: Int32(source.resource)))
        pending.append((number, source))
        return number
    }

    func place(_ source: Source) -> SchemaPlace {
        SchemaPlace(document: Int32(source.document), index: Int32(source.value.index))
    }

    mutating func report(_ message: String, _ source: Source) {
        mistakes.append(documents[source.document].mistake(message, at: source.value.index))
    }

    // MARK: Schemas

    private mutating func compile(_ source: Source, into node: Int32) {
        var steps: [Step] = []
        switch source.value.kind {
        case .bool:
            if source.value.bool == false { steps = [Step(check: .never, place: place(source))] }
        case .object:
            guard let dialect = dialect(source) else { return }
            steps = self.steps(source, dialect)
        default: report("a schema is an object, true or false", source)
        }
        steps.sort { $0.check.rank < $1.check.rank }
        let start = Int32(tables.steps.count)
        tables.nodes[Int(node)].steps = Check.Span(start: start, count: Int32(steps.count))
        tables.nodes[Int(node)].tracks = steps.contains { $0.check.rank == 3 }
        tables.steps += steps
    }

    private mutating func steps(_ source: Source, _ dialect: Dialect) -> [Step] {
        var steps: [Step] = []
        let isMain = source.document == mainDocument
        for (key, value) in source.value.members {
            let name = String(decoding: key, as: UTF8.self)
            let keySource = source.with(value.at(value.index - 1))
            guard let keyword = dialect.keyword(name) else {
                warnOfSlip(name, keySource)
                continue
            }
            let member = source.with(value)
            // What nothing refers to is compiled for its mistakes alone.
            if isMain { visit(member, keyword.shape) }
            let check =
                keyword.vocabulary == .validation
                ? assertion(name, member, in: source) : applicator(name, member, source, dialect)
            if let check { steps.append(Step(check: check, place: place(member))) }
        }
        return steps
    }

    private mutating func visit(_ source: Source, _ shape: Dialect.Shape) {
        switch shape {
        case .none, .mapOrNames: break
        case .schema: _ = node(source)
        case .array: for element in source.value.elements { _ = node(source.with(element)) }
        case .map: for (_, member) in source.value.members { _ = node(source.with(member)) }
        case .schemaOrArray: if source.value.kind != .array { _ = node(source) }
        }
    }

    private mutating func warnOfSlip(_ name: String, _ key: Source) {
        guard Dialect.keywords[name] == nil, unknownKeywords.count < Self.unknownKeywordsMax,
            unknownKeywords.insert(name).inserted,
            let near = Spelling.nearest(to: name, of: Dialect.keywords.keys)
        else { return }
        let message = "unknown keyword '\(name)' has no effect (did you mean '\(near)'?)"
        warnings.append(documents[key.document].mistake(message, at: key.value.index))
    }

    // MARK: References

    /// What a reference of a schema leads to: the schema, and the dynamic anchor that it names.
    mutating func target(_ source: Source) -> (source: Source, dynamicAnchor: String?)? {
        guard let text = source.value.string else {
            report("a reference is a string", source)
            return nil
        }
        let reference = URIReference(text).resolved(against: resource(source).base)
        let uri = reference.withoutFragment
        guard let place = places[uri] else {
            let files = places.values.map(\.document.text.uri)
            let hint = Spelling.hint(for: uri, of: Set(files).union(places.keys).sorted())
            report("no file that was given is '\(uri)', and nothing is fetched\(hint)", source)
            return nil
        }
        guard let fragment = reference.decodedFragment else {
            report("the percent-encoding after '#' is broken", source)
            return nil
        }
        let document = use(place.document)
        let root = place.document.resources[place.resource]
        let start = Source(
            document: document,
            value: place.document.root.at(root.root),
            resource: firstResources[document] + place.resource
        )
        if fragment.isEmpty { return (start, nil) }
        if fragment.hasPrefix("/") {
            return walk(fragment, from: start, source).map { ($0, nil) }
        }
        if let index = root.dynamicAnchors[fragment] {
            return (start.with(start.value.at(index)), fragment)
        }
        if let index = root.anchors[fragment] { return (start.with(start.value.at(index)), nil) }
        let names = root.anchors.keys.sorted() + root.dynamicAnchors.keys.sorted()
        let hint = Spelling.hint(for: fragment, of: names)
        report("'\(uri)' has no anchor '\(fragment)'\(hint)", source)
        return nil
    }

    private mutating func walk(_ pointer: String, from start: Source, _ source: Source) -> Source? {
        var target = start
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = token.split(separator: "~1", omittingEmptySubsequences: false)
                .joined(separator: "/").split(separator: "~0", omittingEmptySubsequences: false)
                .joined(separator: "~")
            var key = name
            var child = key.withUTF8 { target.value.member(UnsafeRawBufferPointer($0)) }
            if target.value.kind == .array, let number = Int(name), "\(number)" == name {
                var elements = target.value.elements
                for _ in 0..<min(number, target.value.count) { _ = elements.next() }
                child = number < 0 ? nil : elements.next()
            }
            guard let child else {
                let keys = target.value.members.map { String(decoding: $0.key, as: UTF8.self) }
                let hint = Spelling.hint(for: name, of: keys)
                report("nothing stands at '\(pointer)': there is no '\(name)'\(hint)", source)
                return nil
            }
            target = target.with(child)
            if let own = documents[target.document].resourceNumbers[child.index] {
                let number = firstResources[target.document] + own
                target = Source(document: target.document, value: child, resource: number)
            }
        }
        return target
    }

    func resource(_ source: Source) -> SchemaResource {
        let own = source.resource - firstResources[source.document]
        return documents[source.document].resources[own]
    }

    /// Fills the table of dynamic anchors for the names that are asked for.
    private mutating func compileDynamicAnchors() {
        guard !dynamicNames.isEmpty else { return }
        let count = Int(tables.resourceCount)
        guard dynamicNames.count * count <= Self.dynamicAnchorsMax else {
            let root = Source(document: 0, value: documents[0].root, resource: 0)
            return report("the schemas have too many dynamic anchors", root)
        }
        var table = [Int32](repeating: -1, count: dynamicNames.count * count)
        for number in documents.indices {
            let document = documents[number]
            for own in document.resources.indices {
                let resource = firstResources[number] + own
                for (name, index) in document.resources[own].dynamicAnchors {
                    guard let row = dynamicNames[name] else { continue }
                    let value = document.root.at(index)
                    let source = Source(document: number, value: value, resource: resource)
                    table[Int(row) * count + resource] = node(source)
                }
            }
        }
        tables.dynamicAnchors = table
    }

    /// More mistakes than anybody mends at once.
    static let mistakesMax = 50
    private static let unknownKeywordsMax = 200
    /// Parts of a program: what a validation's tables may weigh.
    private static let nodesMax = 200_000
    private static let dynamicAnchorsMax = 1_000_000
}
