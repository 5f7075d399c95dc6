package import Outcomes

/// One rule of a bundle, compiled: when it hits, and what follows.
package struct Rule: Sendable {
    /// Unique in the bundle; recorded with every decision that the rule had part in.
    package let id: String
    /// The message types that the rule looks at.
    package let events: [String]
    /// The channels that the rule looks at; nil for all.
    package let channels: [ChannelGlob]?
    /// What must be found, or nil when every message of these channels is meant.
    package let match: Match?
    package let disposition: Disposition
    package let severity: Severity
    package let mode: Mode
    /// What the sender is told, or nil for the outcome's own sentence.
    package let say: String?

    /// What must be found where.
    package struct Match: Sendable {
        /// Indices of the bundle's pointers.
        let pointers: [Int]
        /// Indices of the bundle's matchers: any of them.
        let matchers: Set<UInt32>
    }

    /// How grave a hit is, for those who look through the decisions.
    package enum Severity: String, CaseIterable, Sendable {
        case low, medium, high
    }

    /// Whether the rule acts.
    package enum Mode: String, CaseIterable, Sendable {
        /// It acts.
        case enforce
        /// Its hits are recorded apart, and nothing follows.
        case shadow
        /// It is checked when it is loaded, then left out.
        case off
    }
}

extension Rule {
    /// Whether the rule looks at messages of this type in this channel.
    func covers(type: String, channel: String) -> Bool {
        guard events.contains(type) else { return false }
        guard let channels else { return true }
        return channels.contains { $0.matches(channel) }
    }
}
