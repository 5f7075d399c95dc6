import ContentMatching

extension Bundle {
    /// Checks and compiles a bundle, or tells everything that is wrong with it, with its place.
    ///
    /// The order of the files means nothing.
    package static func load(_ source: BundleSource) -> Result<Bundle, BundleErrors> {
        var loader = BundleLoader(source)
        return loader.load()
    }
}

/// A bundle while it is loaded.
private struct BundleLoader {
    private let source: BundleSource
    private var files: [SourceFile] = []

    init(_ source: BundleSource) {
        self.source = source
    }

    mutating func load() -> Result<Bundle, BundleErrors> {
        var roots: [(layout: BundleLayout, root: YAMLNode)] = []
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
            if let root = YAMLFile.root(of: opened) { roots.append((layout, root)) }
        }
        let contents = self.contents(roots)
        var lists: [String: TermList] = [:]
        for case (.list(let name), let root) in roots { lists[name] = TermList(root) }
        // A list that can't be read has its own diagnostic; rules that name it need none.
        for case .list(let name)? in files.map({ BundleLayout(path: $0.path) })
        where lists[name] == nil { lists[name] = TermList.unreadable }
        var reader = RuleReader(messageTypes: contents.messageTypes, lists: lists)
        for case (.rules, let root) in roots { reader.read(root) }
        let diagnostics = files.flatMap(\.diagnostics)
        guard diagnostics.isEmpty else { return .failure(BundleErrors(diagnostics)) }
        return .success(
            Bundle(
                contents,
                rules: reader.rules.sorted { $0.id < $1.id },
                pointers: reader.pointers,
                matchers: MatcherSet(reader.matchers.matchers),
                source: source
            )
        )
    }

    private mutating func contents(
        _ roots: [(layout: BundleLayout, root: YAMLNode)]
    ) -> BundleContents {
        if let root = roots.first(where: { $0.layout == .bundle })?.root {
            return BundleContents(root)
        }
        if !files.contains(where: { $0.path == "bundle.yaml" }) {
            let missing = SourceFile(path: "bundle.yaml", text: "", folder: source.folder)
            missing.report("the file is missing")
            files.append(missing)
        }
        return BundleContents()
    }
}
