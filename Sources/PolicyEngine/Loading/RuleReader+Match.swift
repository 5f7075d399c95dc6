import ContentMatching
import Spelling

extension RuleReader {
    /// Reads what must be found in an item's texts.
    mutating func match(_ node: YAMLNode, _ occasions: Set<Occasion>) -> Match {
        guard let mapping = YAMLMapping(node, keys: ["text", "any"]) else {
            return Match(pointers: [], parts: [])
        }
        var places: [Int] = []
        if let node = mapping["text"] {
            for item in filledItems(node) ?? [] {
                if let place = pointer(item, occasions) { places.append(place) }
            }
        } else {
            if !occasions.isEmpty, !occasions.contains(where: \.isSaid) {
                node.report("say where to look: text: [\(TextPointer.name.source)]")
            }
            places = [index(of: .everyText)]
        }
        let items = mapping.required("any").flatMap { filledItems($0) } ?? []
        return Match(pointers: places, parts: items.compactMap { part($0) })
    }

    private mutating func pointer(_ node: YAMLNode, _ occasions: Set<Occasion>) -> Int? {
        guard let text = node.text(bytesMax: 256) else { return nil }
        guard let pointer = TextPointer(text) else {
            node.report(
                "'\(text)' is no place of a text, such as /body/text or \(TextPointer.name.source)"
            )
            return nil
        }
        if pointer.root == .body, !occasions.isEmpty, !occasions.contains(where: \.isSaid) {
            node.report("only messages have a body")
            return nil
        }
        return index(of: pointer)
    }

    private mutating func index(of pointer: TextPointer) -> Int {
        if let index = pointers.firstIndex(of: pointer) { return index }
        pointers.append(pointer)
        return pointers.count - 1
    }

    private mutating func part(_ node: YAMLNode) -> Match.Part? {
        let keys = ["pattern", "list", "detect", "min_severity", "except", "fold"]
        guard let mapping = YAMLMapping(node, keys: keys) else { return nil }
        let sources = ["pattern", "list", "detect"].filter { mapping[$0] != nil }
        guard sources.count == 1, let source = sources.first, let value = mapping[source] else {
            node.report(
                sources.isEmpty
                    ? "one of 'pattern', 'list' and 'detect' is needed"
                    : "'\(sources.joined(separator: "' and '"))' don't go together: make them items"
            )
            return nil
        }
        if source != "list" { mapping["min_severity"]?.report("'min_severity' goes with 'list'") }
        if source == "detect" { mapping["fold"]?.report("detectors fold for themselves") }
        let folds = mapping["fold"].flatMap { $0.folds() }
        let excepted = (mapping["except"].flatMap { filledItems($0) } ?? [])
            .compactMap { named($0) }
        let found: (matchers: [Int], name: String)
        switch source {
        case "pattern": found = pattern(value, folds ?? [])
        case "list": found = list(value, severity: mapping["min_severity"], folds)
        default: found = detectors(value, excepted.map(\.list))
        }
        return Match.Part(
            matchers: found.matchers,
            severityMin: mapping["min_severity"]?.integer(TermList.severities) ?? 0,
            excusing: excepted.filter { $0.list.kind == .terms }.compactMap {
                matchers.list($0.list, name: $0.name, folds: $0.list.folds)
            },
            isDetector: source == "detect",
            source: "\(source) \(found.name)"
        )
    }

    private mutating func pattern(
        _ node: YAMLNode,
        _ folds: FoldSet
    ) -> (matchers: [Int], name: String) {
        guard let source = node.text(bytesMax: Self.patternBytesMax) else { return ([], "") }
        do throws(ExpressionError) {
            return ([try matchers.pattern(source, folds: folds)], source)
        } catch {
            node.report(error.message, offset: error.scalarOffset)
            return ([], source)
        }
    }

    private mutating func list(
        _ node: YAMLNode,
        severity: YAMLNode?,
        _ folds: FoldSet?
    ) -> (matchers: [Int], name: String) {
        guard let (name, list) = named(node) else { return ([], "") }
        if list.kind == .domains {
            node.report("a list of domains is not looked for: use it under 'except' of a detector")
        }
        if let node = severity, let least = node.integer(TermList.severities),
            !list.terms.isEmpty, list.terms.allSatisfy({ $0.severity < least })
        {
            node.warn("no term of the list '\(name)' has a severity of \(least) or more")
        }
        let matcher = matchers.list(list, name: name, folds: folds ?? list.folds)
        return (matcher.map { [$0] } ?? [], name)
    }

    private mutating func detectors(
        _ node: YAMLNode,
        _ excepted: [TermList]
    ) -> (matchers: [Int], name: String) {
        let nodes = node.isSequence ? filledItems(node) ?? [] : [node]
        let kinds = nodes.compactMap { $0.word(Detector.Kind.self) }
        let domains = excepted.filter { $0.kind == .domains }
            .flatMap { $0.terms.map { $0.text.lowercased() } }
        if !domains.isEmpty, !kinds.contains(.link) {
            node.report("only the detector link knows domains")
        }
        let found = kinds.map { kind in
            matchers.detector(Detector(kind, allowedDomains: kind == .link ? domains : []))
        }
        return (found, kinds.map(\.rawValue).joined(separator: ", "))
    }

    private mutating func named(_ node: YAMLNode) -> (name: String, list: TermList)? {
        guard let name = node.identifier() else { return nil }
        usedLists.insert(name)
        if let list = lists[name] { return (name, list) }
        let hint = Spelling.hintOrList(for: name, of: lists.keys.sorted())
        node.report("there is no list 'lists/\(name).yaml'\(hint)")
        return nil
    }

    /// Bytes of a pattern: a long alternation of words.
    private static let patternBytesMax = 4000
}
