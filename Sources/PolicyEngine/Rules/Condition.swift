import CEL

/// A condition of a rule in the Common Expression Language.
struct Condition: Sendable {
    let program: Program
    /// As the operator wrote it.
    let source: String

    /// Whether it asks how many people belong to the channel.
    var readsRoster: Bool { program.facts.contains { $0.hasPrefix("channel.roster.") } }
    /// Whether it asks how many people are in the channel.
    var readsPresent: Bool { program.facts.contains { $0.hasPrefix("channel.present.") } }
}
