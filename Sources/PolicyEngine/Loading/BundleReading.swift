import ContentMatching
import JSONSchema
import Spelling

/// The files of a bundle while they are read, and what they come to.
struct BundleReading {
    private(set) var contents = BundleContents()
    private(set) var messageKinds: [String: Schema] = [:]
    private(set) var rules: [Rule] = []
    private(set) var exemptions: [Exemption] = []
    private(set) var names = FactNames([])
    private(set) var pointers: [TextPointer] = []
    private(set) var matchers = MatcherSet([])
    private(set) var tests: [RuleTest] = []
    private var files: [SourceFile] = []
    /// Faults and warnings of files that aren't YAML.
    private var diagnostics: [Diagnostic] = []
    private var schemaWarnings: [Diagnostic] = []

    /// What each file is, and its contents.
    private typealias Root = (layout: BundleLayout, node: YAMLNode)

    /// Reads the files; what is wrong with them is in `errors`.
    ///
    /// - Parameter store: keeps compiled patterns for the next time.
    init(_ source: BundleSource, store: (any DatabaseStore)?) {
        var roots: [Root] = []
        var schemas: [(name: String, text: SchemaText)] = []
        for file in source.sorted.files {
            let isTaken = files.last?.path == file.path
            let opened = SourceFile(path: file.path, text: file.text, folder: source.folder)
            files.append(opened)
            guard !isTaken, let layout = BundleLayout(path: file.path) else {
                opened.report(
                    isTaken ? "the file stands twice in the bundle" : BundleLayout.refusal
                )
                continue
            }
            if case .schema(let name) = layout {
                let path = source.folder + file.path
                schemas.append((name, SchemaText(file: path, text: file.text)))
            } else if let root = YAMLFile.root(of: opened) {
                roots.append((layout, root))
            }
        }
        readContents(roots, folder: source.folder)
        compile(schemas)
        readRules(roots, store: store)
    }

    /// Everything that is wrong with the files.
    var errors: [Diagnostic] { files.flatMap(\.diagnostics) + diagnostics }

    /// What is not wrong with them but probably not meant.
    var warnings: [Diagnostic] { (files.flatMap(\.warnings) + schemaWarnings).sorted() }

    private mutating func readContents(_ roots: [Root], folder: String) {
        if let root = roots.first(where: { $0.layout == .bundle })?.node {
            contents = BundleContents(root)
        } else if !files.contains(where: { $0.path == "bundle.yaml" }) {
            let missing = SourceFile(path: "bundle.yaml", text: "", folder: folder)
            missing.report("the file is missing")
            files.append(missing)
        }
        names = FactNames(contents.members.declared)
    }

    private mutating func compile(_ schemas: [(name: String, text: SchemaText)]) {
        let library: SchemaLibrary
        do throws(SchemaErrors) {
            library = try SchemaLibrary(schemas.map(\.text))
        } catch {
            diagnostics += error.mistakes.map(Diagnostic.init)
            return
        }
        var compiled: [String: Schema] = [:]
        for (name, text) in schemas {
            do throws(SchemaErrors) {
                let schema = try library.compile(text.file, formatIsAssertion: true)
                schemaWarnings += schema.warnings.map(Diagnostic.init)
                compiled[name] = schema
            } catch {
                diagnostics += error.mistakes.map(Diagnostic.init)
            }
        }
        let known = schemas.map(\.name)
        for (kind, node) in contents.messages {
            guard let name = node.identifier() else { continue }
            messageKinds[kind] = compiled[name]
            if known.contains(name) { continue }
            let hint = Spelling.hintOrList(for: name, of: known)
            node.report("there is no schema 'schemas/\(name).json'\(hint)")
        }
    }

    private mutating func readRules(_ roots: [Root], store: (any DatabaseStore)?) {
        var lists: [String: TermList] = [:]
        for case (.list(let name), let root) in roots { lists[name] = TermList(root) }
        // A list that can't be read has its own diagnostic; rules that name it need none.
        for case .list(let name)? in files.map({ BundleLayout(path: $0.path) })
        where lists[name] == nil { lists[name] = TermList.unreadable }
        var reader = RuleReader(contents: contents, names: names, lists: lists)
        for case (.rules, let root) in roots { reader.read(root) }
        reader.checkExemptions()
        reader.checkThresholds()
        for case (.list(let name), let root) in roots where !reader.usedLists.contains(name) {
            root.warn("no rule uses this list")
        }
        rules = reader.rules.sorted { $0.id < $1.id }
        exemptions = reader.exemptions.sorted { $0.name < $1.name }
        pointers = reader.pointers
        let tester = RuleTestReader(contents: contents, ruleIDs: reader.firsts.keys.sorted())
        for case (.tests, let root) in roots { tests += tester.read(root) }
        if errors.isEmpty { matchers = MatcherSet(reader.matchers.matchers, store: store) }
    }
}

extension Diagnostic {
    fileprivate init(_ mistake: SchemaMistake) {
        self.init(
            file: mistake.file,
            line: mistake.line,
            column: mistake.column,
            message: mistake.message,
            excerpt: mistake.excerpt
        )
    }
}
