package import AuditLog
package import Outcomes

/// What the people who run the hub have set for channels: slow mode, and who may write at all.
///
/// The recorder holds one and each shard a copy; both change only by applying recorded events in
/// `seq` order, so they agree at equal `seq`.
package struct ChannelSettings: Sendable, Equatable {
    /// Channels with settings of their own: some hundred bytes each, in every copy. Past it, a call
    /// that would set one more is refused as `busy`.
    package static let channelsMax = 1 << 16

    /// One channel's.
    package struct Setting: Sendable, Equatable {
        /// Seconds between two messages of one member, 0 for any; nil leaves it to the bundle.
        package var slowSeconds: Int?
        /// Whether nobody but moderators may write.
        package var isFrozen = false

        package init(slowSeconds: Int? = nil, isFrozen: Bool = false) {
            self.slowSeconds = slowSeconds
            self.isFrozen = isFrozen
        }
    }

    private var channels: [String: Setting] = [:]

    package init() {}

    package subscript(_ channel: String) -> Setting? { channels[channel] }

    /// Channels with settings of their own, in no order.
    package var names: some Collection<String> { channels.keys }

    package func hasRoom(for channel: String) -> Bool {
        channels.count < Self.channelsMax || channels[channel] != nil
    }

    /// Applies one recorded event.
    ///
    /// - Parameter seconds: of slow mode.
    /// - Returns: whether it set something.
    package mutating func apply(
        _ kind: EventKind,
        _ disposition: Disposition,
        channel: String?,
        seconds: Int?
    ) -> Bool {
        guard kind.isSetting, disposition == .allow, let channel else { return false }
        var setting = channels[channel] ?? Setting()
        switch kind {
        case .slow: setting.slowSeconds = seconds
        case .freeze: setting.isFrozen = true
        default: setting.isFrozen = false
        }
        channels[channel] = setting == Setting() ? nil : setting
        return true
    }

    /// Applies one recorded proposal.
    package mutating func apply(_ proposal: Proposal) -> Bool {
        guard proposal.kind.isSetting else { return false }
        var seconds: Int?
        if case .slow(let wanted) = proposal.change { seconds = wanted }
        return apply(
            proposal.kind,
            proposal.disposition,
            channel: proposal.channelName,
            seconds: seconds
        )
    }
}

extension EventKind {
    /// Whether it sets something for a channel.
    var isSetting: Bool { self == .slow || self == .freeze || self == .unfreeze }
}
