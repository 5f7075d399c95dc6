import ContentMatching
import Outcomes

/// Reads rule files into rules; gathers what they share.
struct RuleReader {
    let messageTypes: [String: MessageType]
    let lists: [String: TermList]
    private(set) var rules: [Rule] = []
    private(set) var matchers = MatcherTable()
    private(set) var pointers: [TextPointer] = []
    /// Where each rule's id stands.
    private var firsts: [String: String] = [:]

    init(messageTypes: [String: MessageType], lists: [String: TermList]) {
        self.messageTypes = messageTypes
        self.lists = lists
    }

    /// Reads a file: a mapping with `rules`.
    mutating func read(_ root: YAMLNode) {
        guard
            let items = YAMLMapping(root, keys: ["rules"])?.required("rules")?
                .items(countMax: Self.rulesMax)
        else { return }
        for item in items {
            guard let rule = rule(item), rule.mode != .off else { continue }
            rules.append(rule)
        }
    }

    private mutating func rule(_ node: YAMLNode) -> Rule? {
        let keys = ["id", "on", "channels", "match", "then", "severity", "mode", "say"]
        guard let mapping = YAMLMapping(node, keys: keys) else { return nil }
        let id = mapping.required("id").flatMap { self.id($0) }
        let events = mapping.required("on").map { self.events($0) } ?? []
        let channels = mapping["channels"].map { self.channels($0) }
        let match = mapping["match"].map { self.match($0, events: events) }
        let disposition = mapping.required("then").flatMap { self.disposition($0) }
        let severity = mapping["severity"].map { $0.word(Rule.Severity.self) } ?? .medium
        let mode = mapping["mode"].map { $0.word(Rule.Mode.self) } ?? .enforce
        let say = mapping["say"].map { $0.text(bytesMax: Self.sayBytesMax) }
        if disposition == .redact, match == nil {
            mapping["then"]?.report("redact needs 'match': it blacks out what was found")
        }
        guard let id, let disposition, let severity, let mode else { return nil }
        return Rule(
            id: id,
            events: events,
            channels: channels,
            match: match ?? nil,
            disposition: disposition,
            severity: severity,
            mode: mode,
            say: say ?? nil
        )
    }

    private mutating func id(_ node: YAMLNode) -> String? {
        guard let id = node.identifier() else { return nil }
        if let first = firsts[id] {
            node.report("the rule id '\(id)' is taken (\(first))")
            return nil
        }
        firsts[id] = node.place
        return id
    }

    private func events(_ node: YAMLNode) -> [String] {
        let nodes = node.isSequence ? node.items(countMax: 100) ?? [] : [node]
        if nodes.isEmpty { node.report("the list is empty") }
        return nodes.compactMap { node in
            guard let name = node.identifier() else { return nil }
            // Without any, bundle.yaml has a diagnostic of its own.
            if messageTypes[name] != nil || messageTypes.isEmpty { return name }
            let hint = Nearest.hint(name, among: messageTypes.keys.sorted())
            node.report("unknown message type '\(name)'\(hint)")
            return nil
        }
    }

    private func channels(_ node: YAMLNode) -> [ChannelGlob] {
        let items = node.items(countMax: 1000)
        if items?.isEmpty == true {
            node.report("the list is empty; leave 'channels' out to mean all of them")
        }
        return (items ?? []).compactMap { $0.text(bytesMax: 256).map(ChannelGlob.init) }
    }

    private enum Then: String, CaseIterable {
        case block, redact, allow

        var disposition: Disposition {
            switch self {
            case .block: .block
            case .redact: .redact
            case .allow: .allow
            }
        }
    }

    private func disposition(_ node: YAMLNode) -> Disposition? {
        YAMLMapping(node, keys: ["disposition"])?.required("disposition")?.word(Then.self)?
            .disposition
    }

    /// Rules of one file.
    private static let rulesMax = 1000
    /// Bytes of a sentence to a sender.
    private static let sayBytesMax = 500
}

extension RuleReader {
    private mutating func match(_ node: YAMLNode, events: [String]) -> Rule.Match? {
        guard let mapping = YAMLMapping(node, keys: ["text", "any"]) else { return nil }
        let texts = mapping.required("text").flatMap { filledItems($0) } ?? []
        let conditions = mapping.required("any").flatMap { filledItems($0) } ?? []
        let pointers = texts.compactMap { pointer($0, events: events) }
        var matchers: Set<UInt32> = []
        for condition in conditions { matchers.formUnion(self.condition(condition)) }
        return Rule.Match(pointers: pointers, matchers: matchers)
    }

    private func filledItems(_ node: YAMLNode) -> [YAMLNode]? {
        let items = node.items(countMax: Self.conditionsMax)
        if items?.isEmpty == true { node.report("the list is empty, so the rule would never hit") }
        return items
    }

    private mutating func pointer(_ node: YAMLNode, events: [String]) -> Int? {
        guard let text = node.text(bytesMax: 256) else { return nil }
        guard let pointer = TextPointer(text), let field = pointer.steps.first else {
            node.report("'\(text)' is no JSON pointer into the body, such as /body/text")
            return nil
        }
        let types = events.compactMap { messageTypes[$0] }
        guard types.isEmpty || types.contains(where: { $0.hasText(at: pointer) }) else {
            let known = Set(types.flatMap(\.textFields)).sorted()
            node.report("no text field '\(field)'\(Nearest.hint(field, among: known))")
            return nil
        }
        if let index = pointers.firstIndex(of: pointer) { return index }
        pointers.append(pointer)
        return pointers.count - 1
    }

    private enum Fold: String, CaseIterable {
        case `case`
    }

    private mutating func condition(_ node: YAMLNode) -> Set<UInt32> {
        let keys = ["pattern", "list", "min_severity", "fold"]
        guard let mapping = YAMLMapping(node, keys: keys) else { return [] }
        let folds = mapping["fold"]?.items(countMax: 10)?.compactMap { $0.word(Fold.self) }
        switch (mapping["pattern"], mapping["list"]) {
        case (let pattern?, nil):
            mapping["min_severity"]?.report("'min_severity' goes with 'list'")
            return self.pattern(pattern, caseless: folds?.contains(.case) ?? false)
        case (nil, let list?):
            let severity = mapping["min_severity"].map { $0.integer(TermList.severities) } ?? 1
            return self.list(list, from: severity ?? 1, caseless: folds?.contains(.case) ?? true)
        case (nil, nil):
            node.report("either 'pattern' or 'list' is needed")
        case (_?, let list?):
            list.report("either 'pattern' or 'list', not both; make them two items")
        }
        return []
    }

    private mutating func pattern(_ node: YAMLNode, caseless: Bool) -> Set<UInt32> {
        guard let source = node.text(bytesMax: Self.patternBytesMax) else { return [] }
        do throws(ExpressionError) {
            return [try matchers.pattern(source, caseless: caseless)]
        } catch {
            node.report(error.message, offset: error.scalarOffset)
            return []
        }
    }

    private mutating func list(_ node: YAMLNode, from: Int, caseless: Bool) -> Set<UInt32> {
        guard let name = node.identifier() else { return [] }
        guard let list = lists[name] else {
            let hint = Nearest.hint(name, among: lists.keys.sorted())
            node.report("there is no list 'lists/\(name).yaml'\(hint)")
            return []
        }
        var indices: Set<UInt32> = []
        for term in list.terms where term.severity >= from {
            do throws(ExpressionError) {
                indices.insert(try matchers.term(term, caseless: caseless))
            } catch {
                term.node.report(error.message)
            }
        }
        return indices
    }

    /// Texts or conditions of one rule.
    private static let conditionsMax = 1000
    /// Bytes of a pattern: a long alternation of words.
    private static let patternBytesMax = 4000
}

extension MessageType {
    /// The names of the fields that hold text.
    fileprivate var textFields: [String] {
        fields.compactMap { field in
            if case .string = field.type { return field.name }
            return nil
        }
    }

    fileprivate func hasText(at pointer: TextPointer) -> Bool {
        let field = pointer.steps[0]
        if fields.contains(where: { $0.name == field }) {
            return pointer.steps.count == 1 && textFields.contains(field)
        }
        return allowsOthers
    }
}
