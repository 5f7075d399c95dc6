import CEL
import Foundation
import Outcomes
import Spelling

extension RuleReader {
    /// What follows when a rule hits.
    struct Then {
        var disposition = Disposition.allow
        var score = 0
        var effects: [Effect] = []
    }

    func then(_ node: YAMLNode, rule: String, _ occasions: Set<Occasion>) -> Then {
        var then = Then()
        guard let mapping = YAMLMapping(node, keys: ["disposition", "score", "effects"]) else {
            return then
        }
        if let node = mapping["disposition"] {
            then.disposition = disposition(node, occasions) ?? .allow
        }
        if let score = mapping["score"]?.integer(1...Self.scoreMax) { then.score = score }
        if let node = mapping["effects"] { then.effects = effects(node, rule: rule, occasions) }
        return then
    }

    func disposition(_ node: YAMLNode, _ occasions: Set<Occasion>) -> Disposition? {
        guard let word = node.word(DispositionWord.self) else { return nil }
        if !occasions.allSatisfy(\.isSaid), word != .allow, word != .block {
            node.report("'\(word.rawValue)' is for messages: use block or allow")
        }
        return word.disposition
    }

    /// `escalate`: needs a strike among the rule's own effects.
    func escalation(
        _ node: YAMLNode,
        _ own: [Effect],
        _ occasions: Set<Occasion>
    ) -> Rule.Escalation? {
        let keys = ["strikes", "within", "disposition", "effects"]
        guard let mapping = YAMLMapping(node, keys: keys) else { return nil }
        let strike = own.lazy.compactMap { effect -> String? in
            if case .strike(let rule, _) = effect { return rule }
            return nil
        }.first
        if strike == nil { node.report("there is nothing to add up: 'then' has no effect strike") }
        let strikes = mapping.required("strikes")?.integer(1...100)
        let within = mapping.required("within")?.duration(60...90 * 86_400)
        let disposition = mapping["disposition"].map { self.disposition($0, occasions) } ?? .allow
        let effects = mapping["effects"].map { self.effects($0, rule: strike ?? "", occasions) }
        guard let strikes, let within, let disposition else { return nil }
        return Rule.Escalation(
            strikes: strikes,
            within: Int64(within) * 1_000_000,
            disposition: disposition,
            effects: effects ?? []
        )
    }

    private func effects(
        _ node: YAMLNode,
        rule: String,
        _ occasions: Set<Occasion>
    ) -> [Effect] {
        (node.items(countMax: 20) ?? []).compactMap { item in
            let effect = item.scalar == "disconnect" ? .disconnect : effect(item, rule: rule)
            if effect != nil, occasions == [.history] {
                item.report("reading has no effects: the message is shown, redacted or left out")
                return nil
            }
            if let effect, !occasions.allSatisfy(\.isSaid), !effect.isForAnyItem {
                item.report("only messages have this effect")
                return nil
            }
            return effect
        }
    }

    private static let words = [
        "flag", "label", "notify", "tell", "strike", "mute", "channel_mute", "ban", "channel_ban",
        "preserve",
    ]

    private func effect(_ node: YAMLNode, rule: String) -> Effect? {
        guard let mapping = YAMLMapping(node, keys: Self.words) else { return nil }
        let given = Self.words.filter { mapping[$0] != nil }
        guard given.count == 1, let word = given.first, let value = mapping[word] else {
            if !given.isEmpty { node.report("one effect an item") }
            return nil
        }
        switch word {
        case "flag": return value.identifier().map(Effect.flag)
        case "label": return value.identifier().map(Effect.label)
        case "notify": return notify(value)
        case "tell": return value.text(bytesMax: Self.sayBytesMax).map(Effect.tell)
        case "strike": return value.integer(1...100).map { .strike(rule: rule, count: $0) }
        case "mute": return value.duration(1...365 * 86_400).map(Effect.mute)
        case "channel_mute": return value.duration(1...365 * 86_400).map(Effect.channelMute)
        case "ban": return value.duration(1...3650 * 86_400).map(Effect.ban)
        case "channel_ban": return value.duration(1...3650 * 86_400).map(Effect.channelBan)
        default: return value.duration(60...365 * 86_400).map(Effect.preserve)
        }
    }

    private func notify(_ node: YAMLNode) -> Effect? {
        guard let name = node.identifier() else { return nil }
        let known = contents.duties.map(\.name)
        if known.contains(name) { return .notify(name) }
        let hint = Spelling.hintOrList(for: name, of: known)
        node.report("'notify' of bundle.yaml has no '\(name)'\(hint)")
        return nil
    }

    /// Reads an exemption.
    mutating func exemption(_ node: YAMLNode) -> Exemption? {
        let keys = ["name", "rules", "when", "owner", "reason", "expires"]
        guard let mapping = YAMLMapping(node, keys: keys) else { return nil }
        let name = mapping.required("name")?.identifier()
        if let name, exemptions.contains(where: { $0.name == name }) {
            mapping["name"]?.report("the exemption '\(name)' stands twice")
        }
        let rules = mapping.required("rules").flatMap { filledItems($0) } ?? []
        let ids = rules.compactMap { item in item.identifier().map { (id: $0, node: item) } }
        exempted += ids
        // What it is evaluated with is known only when all rules are: facts of any item will do.
        let when = mapping.required("when").flatMap { condition($0, on: []) }
        let owner = mapping.required("owner")?.text(bytesMax: 200)
        _ = mapping.required("reason")?.text(bytesMax: 1000)
        let expires = mapping.required("expires").flatMap { self.day($0) }
        guard let name, let when, let owner, let expires else { return nil }
        return Exemption(
            name: name,
            rules: Set(ids.map(\.id)),
            when: when,
            owner: owner,
            place: (mapping["expires"] ?? node).diagnostic(""),
            expires: expires
        )
    }

    /// The end of a day `YYYY-MM-DD`, UTC, in microseconds since 2000-01-01 UTC.
    private func day(_ node: YAMLNode) -> Int64? {
        guard let text = node.scalar,
            let date = try? Date.ISO8601FormatStyle().year().month().day().parse(text),
            text.utf8.count == 10
        else {
            node.report("expected a day such as 2027-06-30")
            return nil
        }
        return Int64(date.timeIntervalSince1970 - 946_684_800 + 86_400) * 1_000_000
    }

    /// Reports the rules of exemptions that don't exist; called when all files are read.
    func checkExemptions() {
        for (id, node) in exempted where firsts[id] == nil {
            let hint = Spelling.hintOrList(for: id, of: firsts.keys.sorted())
            node.report("there is no rule '\(id)'\(hint)")
        }
    }
}

extension Effect {
    /// Whether it can follow from a handshake or a join.
    fileprivate var isForAnyItem: Bool {
        switch self {
        case .flag, .label, .notify: true
        case .tell, .strike, .mute, .channelMute, .disconnect, .ban, .channelBan, .preserve: false
        }
    }
}
