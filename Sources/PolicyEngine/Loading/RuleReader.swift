import CEL
import Outcomes

/// Reads rule files into rules and exemptions; gathers what they share.
struct RuleReader {
    let contents: BundleContents
    let names: FactNames
    let lists: [String: TermList]
    private(set) var rules: [Rule] = []
    var exemptions: [Exemption] = []
    var matchers = MatcherTable()
    var pointers: [TextPointer] = []
    /// The lists that any rule looks for.
    var usedLists: Set<String> = []
    /// Where each rule's id stands, that of rules that are off too.
    private(set) var firsts: [String: String] = [:]
    /// The thresholds of rules in force, to be compared with the scores when all are read.
    private var thresholds: [(value: Int, rule: String, node: YAMLNode)] = []
    /// The rules that exemptions name, to be looked up when all are read.
    var exempted: [(id: String, node: YAMLNode)] = []

    init(contents: BundleContents, names: FactNames, lists: [String: TermList]) {
        self.contents = contents
        self.names = names
        self.lists = lists
    }

    /// Reads a file: a mapping with `rules`, `exemptions`, or both.
    mutating func read(_ root: YAMLNode) {
        guard let mapping = YAMLMapping(root, keys: ["rules", "exemptions"]) else { return }
        if mapping["rules"] == nil, mapping["exemptions"] == nil {
            mapping.report("neither 'rules' nor 'exemptions' is there")
        }
        for item in mapping["rules"]?.items(countMax: Self.rulesMax) ?? [] {
            guard let rule = rule(item), rule.mode != .off else { continue }
            rules.append(rule)
        }
        for item in mapping["exemptions"]?.items(countMax: Self.rulesMax) ?? [] {
            if let exemption = exemption(item) { exemptions.append(exemption) }
        }
    }

    private mutating func rule(_ node: YAMLNode) -> Rule? {
        let keys = [
            "id", "on", "channels", "kinds", "hours", "when", "match", "rate", "threshold", "then",
            "escalate", "severity", "mode", "on_error", "reason", "say",
        ]
        guard let mapping = YAMLMapping(node, keys: keys) else { return nil }
        let id = mapping.required("id").flatMap { self.id($0) }
        let occasions = mapping.required("on").map { self.occasions($0) } ?? []
        let conditions = self.conditions(mapping, occasions)
        let then = mapping.required("then").map { self.then($0, rule: id ?? "", occasions) }
        let escalation = mapping["escalate"].map {
            self.escalation($0, then?.effects ?? [], occasions)
        }
        let severity = mapping["severity"].map { $0.word(Rule.Severity.self) } ?? .medium
        let mode = mapping["mode"].map { $0.word(Rule.Mode.self) } ?? .enforce
        let onError = mapping["on_error"].map { disposition($0, occasions) } ?? .block
        let reason = mapping["reason"].map { $0.text(bytesMax: Self.sayBytesMax) }
        let say = mapping["say"].map { $0.text(bytesMax: Self.sayBytesMax) }
        if then?.disposition == .redact, conditions.match == nil {
            mapping["then"]?.report("redact needs 'match': it blacks out what was found")
        }
        if onError == .redact {
            mapping["on_error"]?.report("redact needs something found; use block, hold or bounce")
        }
        guard let id, let then, let severity, let mode, let onError else { return nil }
        if let threshold = conditions.threshold, mode != .off, let node = mapping["threshold"] {
            thresholds.append((threshold, id, node))
        }
        return Rule(
            id: id,
            occasions: occasions,
            conditions: conditions,
            then: then,
            escalation: escalation ?? nil,
            severity: severity,
            mode: mode,
            onError: onError,
            reason: reason ?? nil,
            say: say ?? nil,
            place: (mapping["id"] ?? node).diagnostic(""),
            topic: node.file.topic
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

    private func occasions(_ node: YAMLNode) -> Set<Occasion> {
        let nodes = node.isSequence ? node.items(countMax: 100) ?? [] : [node]
        if nodes.isEmpty { node.report("the list is empty") }
        return Set(nodes.compactMap { $0.word(Occasion.self) })
    }

    /// A condition in the Common Expression Language; its mistakes are reported where they stand.
    func condition(_ node: YAMLNode, on occasions: Set<Occasion>) -> Condition? {
        guard let source = node.text(bytesMax: Self.conditionBytesMax) else { return nil }
        switch Program.compile(source, in: names.environment, result: .bool) {
        case .failure(let errors):
            for error in errors.errors {
                node.report(error.message, line: error.place.line, column: error.place.column)
            }
            return nil
        case .success(let program):
            for occasion in occasions.sorted(by: { $0.rawValue < $1.rawValue }) {
                for fact in program.facts where !FactNames.isKnown(fact, on: occasion) {
                    node.report("'\(fact)' is not known on \(occasion.rawValue)")
                }
            }
            // Facts that nobody gave make an evaluation fail, unless it comes to the same with any.
            let isFalse = try? !program.holds(FactTable(names.environment))
            if isFalse == true { node.warn("this is never true") }
            return Condition(program: program, source: source)
        }
    }

    /// Warns of thresholds that the scores of all other rules don't reach; called when all files are
    /// read.
    func checkThresholds() {
        for (value, id, node) in thresholds {
            guard let own = rules.first(where: { $0.id == id }) else { continue }
            let others = rules.filter { rule in
                rule.mode == .enforce && rule.conditions.threshold == nil
                    && !rule.occasions.isDisjoint(with: own.occasions)
            }
            let most = others.map(\.score).reduce(0, +)
            if most < value { node.warn("the scores of all other rules add up to \(most)") }
        }
    }

    /// Rules of one file.
    private static let rulesMax = 1000
    /// Bytes of a sentence to a sender, and of a rule's reason.
    static let sayBytesMax = 500
    private static let conditionBytesMax = 4000
}
