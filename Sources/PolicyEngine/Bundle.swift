import ContentMatching
import JSONSchema

/// A policy bundle, checked and compiled: immutable, shared by all judges.
package final class Bundle: Sendable {
    /// The operator's name for it.
    package let name: String
    /// SHA-256 (32 bytes) over the files in the order of their paths' bytes: of each the path's
    /// length, the path, the text's length, the text; lengths as 8 bytes, big-endian.
    package let digest: [UInt8]
    /// The files that it was made from, in that order.
    package let source: BundleSource
    package let limits: Limits
    /// Whether binary messages are let through to the protocol at all.
    package let allowsBinary: Bool
    /// The schema of each kind of message's body.
    let messageKinds: [String: Schema]
    /// In the order of their ids; rules that are off are left out.
    package let rules: [Rule]

    /// Which claims tell what of a member.
    package let members: MemberReading
    /// Who is told of what.
    package let duties: [Duty]
    /// Whether any condition asks how many people belong to a channel.
    package let readsRoster: Bool
    /// Whether any condition asks how many people are in a channel.
    package let readsPresent: Bool
    /// Whether any rule is about what somebody reads.
    package let judgesHistory: Bool

    /// The tests beside the rules.
    package let tests: [RuleTest]
    /// What is not wrong but probably not meant.
    package let warnings: [Diagnostic]

    let channels: [ChannelKind]
    private let hasSlowChannels: Bool
    let exemptions: [Exemption]
    let names: FactNames
    /// The texts that any rule looks at.
    let pointers: [TextPointer]
    let matchers: MatcherSet

    init(_ reading: BundleReading, source: BundleSource) {
        let contents = reading.contents
        name = contents.name
        digest = source.digest
        self.source = source.sorted
        limits = contents.limits
        allowsBinary = contents.allowsBinary
        channels = contents.channels
        hasSlowChannels = contents.channels.contains { $0.slowSeconds > 0 }
        members = contents.members
        duties = contents.duties
        messageKinds = reading.messageKinds
        rules = reading.rules
        exemptions = reading.exemptions
        names = reading.names
        pointers = reading.pointers
        matchers = reading.matchers
        tests = reading.tests
        warnings = reading.warnings
        let conditions = exemptions.map(\.when) + rules.compactMap(\.conditions.when)
        readsRoster = conditions.contains(where: \.readsRoster)
        judgesHistory = rules.contains { $0.hears(.history) }
        readsPresent = conditions.contains(where: \.readsPresent)
    }
}

extension Bundle {
    /// The kind of a channel: that of the first entry under `channels` that matches its name. Nil
    /// when none does, or the name can't be one: then there is no such channel.
    package func kind(ofChannel name: String) -> String? { entry(ofChannel: name)?.kind }

    /// Whether members of a channel may be shown who is in it.
    package func showsPresence(inChannel name: String) -> Bool {
        entry(ofChannel: name)?.showsPresence ?? false
    }

    private func entry(ofChannel name: String) -> ChannelKind? {
        guard Self.isChannelName(name) else { return nil }
        return channels.first { $0.glob.matches(name) }
    }

    /// How many seconds lie between two messages of one member in a channel, where nobody has set
    /// otherwise; 0 for any.
    package func slowSeconds(ofChannel name: String) -> Int {
        guard hasSlowChannels else { return 0 }
        return channels.first { $0.glob.matches(name) }?.slowSeconds ?? 0
    }

    /// The most that may lie between two messages of one member in a slow channel, in seconds: a
    /// member who has to wait longer is better muted.
    package static let slowSecondsMax = 6 * 3600

    /// Patterns that cost a search of their own in every text, because Hyperscan can't take them.
    package var slowPatternCount: Int { matchers.slowCount }

    /// Whether a channel of this name may be.
    package func allows(channel name: String) -> Bool {
        kind(ofChannel: name) != nil
    }

    /// Whether a name is spelt in the one form that names of channels have, NFC. Else two spellings
    /// would be one channel for whoever compares strings, and two for rules and record, which have
    /// bytes.
    package static func isComposed(channel name: String) -> Bool { ComposedForm.holds(name) }

    /// 1 to 256 bytes, as the record's row allows, without controls or white space.
    private static func isChannelName(_ name: String) -> Bool {
        guard (1...256).contains(name.utf8.count), isComposed(channel: name) else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            if scalar.value < 0x80 { return scalar.value > 0x20 && scalar.value != 0x7F }
            return scalar.properties.generalCategory != .control
                && !scalar.properties.isWhitespace
        }
    }
}

/// An entry under `channels`.
struct ChannelKind: Hashable, Sendable {
    let glob: ChannelGlob
    let kind: String
    /// Whether its members may be shown who is in it.
    let showsPresence: Bool
    /// Seconds between two messages of one member; 0 for any.
    var slowSeconds = 0
}
