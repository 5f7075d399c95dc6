import CEL

/// A condition of a rule in the Common Expression Language.
struct Condition: Sendable {
    let program: Program
    /// As the operator wrote it.
    let source: String

    /// Whether it asks how many people belong to the channel, or are in it.
    var readsHeads: Bool {
        program.facts.contains {
            $0.hasPrefix("channel.roster.") || $0.hasPrefix("channel.present.")
        }
    }
}
