import Outcomes
import PolicyEngine

/// What became of a scenario and why, in words.
struct ExplanationReport {
    let scenario: Scenario
    let explanation: Explanation
    /// Whether every rule is told, or only what hit and what nearly did.
    let tellsAll: Bool

    init(_ scenario: Scenario, _ explanation: Explanation, tellsAll: Bool) {
        self.scenario = scenario
        self.explanation = explanation
        self.tellsAll = tellsAll
    }

    var text: String {
        var sections = [
            VerdictWords(explanation.verdict, on: scenario.occasion).text + "\n" + setting
        ]
        let rules = explanation.rules
        sections += section(rules.filter { $0.end == .hit || $0.end == .failed }, "hit")
        sections += section(rules.filter(\.isSetAside), "set aside by an exemption")
        sections += section(rules.filter(\.hasNearlyHit), "found something, and didn't hit")
        let others = rules.filter { $0.end == .passed && !$0.hasNearlyHit }
        if tellsAll {
            sections += section(others, "passed")
        } else if !others.isEmpty {
            let ids = others.map(\.rule.id).joined(separator: ", ")
            sections.append("Passed (--all tells why): \(ids)")
        }
        sections.append(cost)
        return sections.joined(separator: "\n\n")
    }

    /// What was supposed.
    private var setting: String {
        let circumstances = scenario.circumstances
        let subject = circumstances.subject
        var parts = [
            "\(subject.name), \(subject.isMinor(at: circumstances.now) ? "a minor" : "an adult")"
        ]
        if !subject.roles.isEmpty {
            parts.append(subject.roles.joined(separator: ", "))
        }
        if let channel = circumstances.channel {
            let roster = channel.roster
            parts.append(
                "in \(channel.name), of kind \(channel.kind) with \(roster.adults) adults"
                    + " and \(roster.minors) minors"
            )
        }
        return "  Supposed: \(parts.joined(separator: "; "))"
    }

    private func section(_ stories: [RuleStory], _ what: String) -> [String] {
        if stories.isEmpty { return [] }
        let head = "\(Quantity.count(stories.count, "rule")) \(what):"
        let told = stories.map { lines($0).joined(separator: "\n") }
        return [head + "\n" + told.joined(separator: "\n\n")]
    }

    private func lines(_ story: RuleStory) -> [String] {
        let rule = story.rule
        var marks = [rule.disposition.word, "severity \(rule.severity.rawValue)"]
        if rule.score > 0 { marks.append("score \(rule.score)") }
        marks.append(Self.microseconds(story.nanoseconds))
        if rule.mode == .shadow { marks.append("shadow: only recorded") }
        if case .setAside(let exemption) = story.end { marks.append("exempt by \(exemption)") }
        var lines = [
            "  \(rule.id) (\(marks.joined(separator: ", "))) at \(rule.place.file):\(rule.place.line)"
        ]
        if let reason = rule.reason { lines.append("    Why: \(SafeText.line(reason))") }
        if story.steps.isEmpty { lines.append("    ✓ without conditions: always") }
        for step in story.steps {
            let mark = step.holds.map { $0 ? "✓" : "✗" } ?? "?"
            let detail = step.detail.isEmpty ? "" : " – \(SafeText.line(step.detail))"
            lines.append("    \(mark) \(step.condition)\(detail)")
        }
        for place in FoundPlaces.of(story.found) {
            lines.append("      \(place.head)")
            lines.append(place.pointing(indent: "        "))
        }
        return lines
    }

    private var cost: String {
        "Judged in \(Self.microseconds(explanation.nanoseconds)); a rule's own time is that of its"
            + " conditions."
    }

    private static func microseconds(_ nanoseconds: Int) -> String {
        "\(nanoseconds / 1000).\(nanoseconds % 1000 / 100) µs"
    }
}

extension RuleStory {
    fileprivate var isSetAside: Bool {
        if case .setAside = end { return true }
        return false
    }
}

extension Disposition {
    /// The word of policy files.
    var word: String { "\(self)" }
}
