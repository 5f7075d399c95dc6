extension Bundle {
    /// A channel of each kind that there can be, in the order of `bundle.yaml`: the `*` of its name
    /// is `demo`.
    package func supposedChannels() -> [ChannelFacts] {
        var seen: Set<String> = []
        return channels.compactMap { entry in
            let name = entry.glob.source.split(separator: "*", omittingEmptySubsequences: false)
                .joined(separator: "demo")
            guard !seen.contains(entry.kind), let channel = channel(supposed: name) else {
                return nil
            }
            guard channel.kind == entry.kind else { return nil }
            seen.insert(entry.kind)
            return channel
        }
    }

    /// A channel of this name; nil when no channel can have it.
    package func channel(
        supposed name: String,
        roster: HeadCount = .youthTeam,
        present: HeadCount = .youthTeam
    ) -> ChannelFacts? {
        kind(ofChannel: name).map {
            ChannelFacts(name: name, kind: $0, roster: roster, present: present)
        }
    }
}

extension HeadCount {
    /// Who is in a channel as long as nothing else is said: two adults, one of whom looks after it,
    /// and twelve minors.
    package static let youthTeam = HeadCount(adults: 2, minors: 12, moderators: 1)
}
