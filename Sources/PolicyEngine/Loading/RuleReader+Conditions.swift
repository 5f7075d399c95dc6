import CEL
import ContentMatching
import Spelling

extension RuleReader {
    /// Reads what has to hold for a rule to hit.
    mutating func conditions(
        _ mapping: YAMLMapping,
        _ occasions: Set<Occasion>
    ) -> Rule.Conditions {
        var conditions = Rule.Conditions()
        if occasions.contains(.connect) {
            for key in ["channels", "kinds"] {
                mapping[key]?.report("a handshake goes to no channel: leave '\(key)' out")
            }
        }
        conditions.kinds = mapping["kinds"].map { kinds($0) }
        conditions.channels = mapping["channels"].map { channels($0, of: conditions.kinds) }
        conditions.hours = mapping["hours"].flatMap { hours($0) }
        conditions.when = mapping["when"].flatMap { condition($0, on: occasions) }
        conditions.match = mapping["match"].map { match($0, occasions) }
        conditions.rate = mapping["rate"].flatMap { rate($0, occasions) }
        conditions.threshold = mapping["threshold"]?.integer(1...Self.scoreMax)
        return conditions
    }

    private mutating func channels(_ node: YAMLNode, of kinds: [String]?) -> [ChannelGlob] {
        let items = node.items(countMax: 1000)
        if items?.isEmpty == true {
            node.report("the list is empty; leave 'channels' out to mean all of them")
        }
        return (items ?? []).compactMap { item in
            guard let glob = item.channelGlob() else { return nil }
            if !contents.channels.isEmpty {
                let met = contents.kinds(meeting: glob)
                if met.isEmpty {
                    item.warn("no channel of bundle.yaml can have such a name")
                } else if let kinds, met.isDisjoint(with: kinds) {
                    let are = met.sorted().joined(separator: ", ")
                    item.warn("channels with such a name are never of the rule's kinds, but \(are)")
                }
            }
            return glob
        }
    }

    private func kinds(_ node: YAMLNode) -> [String] {
        let known = Set(contents.channels.map(\.kind)).sorted()
        return (filledItems(node) ?? []).compactMap { item in
            guard let kind = item.identifier() else { return nil }
            if known.contains(kind) || known.isEmpty { return kind }
            item.report(
                "no channel is of the kind '\(kind)'\(Spelling.hintOrList(for: kind, of: known))"
            )
            return nil
        }
    }

    /// `{from: "21:00", to: "07:00", zone: Europe/Dublin}`: from the first minute up to the second,
    /// also over midnight.
    private func hours(_ node: YAMLNode) -> Condition? {
        guard let mapping = YAMLMapping(node, keys: ["from", "to", "zone"]) else { return nil }
        let from = mapping.required("from").flatMap(Self.minute)
        let to = mapping.required("to").flatMap(Self.minute)
        let zone = mapping.required("zone").flatMap(Self.zone)
        guard let from, let to, let zone else { return nil }
        if from == to { mapping["to"]?.report("'from' and 'to' are the same minute") }
        let minute = "now.getHours('\(zone)') * 60 + now.getMinutes('\(zone)')"
        let source = "\(minute) >= \(from) \(from < to ? "&&" : "||") \(minute) < \(to)"
        guard case .success(let program) = Program.compile(source, in: names.environment) else {
            node.report("the hours can't be evaluated")
            return nil
        }
        let hours = ["from", "to"].compactMap { mapping[$0]?.scalar }.joined(separator: " to ")
        return Condition(program: program, source: "\(hours), \(zone)")
    }

    /// The name of a time zone that there is.
    private static func zone(_ node: YAMLNode) -> String? {
        guard let zone = node.text(bytesMax: 64) else { return nil }
        guard zone.utf8.allSatisfy({ $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\") }),
            case .success(let probe) = Program.compile(
                "timestamp(0).getHours('\(zone)') >= 0",
                in: Environment()
            ), (try? probe.holds(FactTable(Environment()))) == true
        else {
            node.report("there is no time zone '\(zone)'; write one such as Europe/Dublin")
            return nil
        }
        return zone
    }

    /// Minutes after midnight.
    private static func minute(_ node: YAMLNode) -> Int? {
        let parts = (node.scalar ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour),
            (0..<60).contains(minute)
        else {
            node.report("expected a time of day in quotes, such as \"21:00\"")
            return nil
        }
        return hour * 60 + minute
    }

    private func rate(_ node: YAMLNode, _ occasions: Set<Occasion>) -> RateCondition? {
        guard let mapping = YAMLMapping(node, keys: ["per", "over", "within", "same"]) else {
            return nil
        }
        let per = mapping.required("per")?.word(RateCondition.Whose.self)
        let over = mapping.required("over")?.integer(1...Self.rateMax)
        let within = mapping.required("within")?.duration(1...86_400)
        let same = mapping["same"]?.bool() ?? false
        if occasions.contains(.history) {
            node.report("what is read is not counted: make it a rule without history")
        }
        if same, !occasions.isSubset(of: [.message, .edit, .history]) {
            mapping["same"]?.report("only messages have texts that can be the same")
        }
        guard let per, let over, let within else { return nil }
        if occasions.contains(.connect), per == .channel || per == .subjectInChannel {
            mapping["per"]?.report("a handshake goes to no channel")
        }
        return RateCondition(
            rate: RateCounters.Rate(over: over, within: Int64(within) * 1_000_000),
            per: per,
            ofSameText: same
        )
    }

    func filledItems(_ node: YAMLNode) -> [YAMLNode]? {
        let items = node.items(countMax: Self.itemsMax)
        if items?.isEmpty == true { node.report("the list is empty, so the rule would never hit") }
        return items
    }

    /// Texts, kinds or parts of one rule.
    private static let itemsMax = 1000
    /// More in a day than a limit of the bundle allows in a minute.
    private static let rateMax = 1000
    static let scoreMax = 1_000_000
}
