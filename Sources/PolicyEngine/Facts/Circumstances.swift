/// What a verdict rests on besides the item that is judged: whoever judges gives it, so that equal
/// circumstances give equal verdicts.
package struct Circumstances: Sendable {
    /// Microseconds since 2000-01-01 UTC.
    package var now: Int64
    package var request: RequestFacts
    /// The member who acts.
    package var subject: MemberFacts
    /// Strikes against the member, in the order of their time.
    package var strikes: [Strike]
    /// Where the item is to go; nil when it goes nowhere, as an opening handshake does.
    package var channel: ChannelFacts?

    package init(
        now: Int64,
        request: RequestFacts,
        subject: MemberFacts,
        strikes: [Strike] = [],
        channel: ChannelFacts? = nil
    ) {
        self.now = now
        self.request = request
        self.subject = subject
        self.strikes = strikes
        self.channel = channel
    }
}

/// How the member reached the hub: facts of the opening handshake.
package final class RequestFacts: Sendable {
    /// The peer's address, without port.
    package let address: String
    /// The `Origin` header; empty when there was none.
    package let origin: String
    /// The `User-Agent` header; empty when there was none.
    package let agent: String
    /// Whether the connection is encrypted, here or at a declared proxy.
    package let isTLS: Bool

    package init(address: String, origin: String, agent: String, isTLS: Bool) {
        self.address = address
        self.origin = origin
        self.agent = agent
        self.isTLS = isTLS
    }
}

/// The channel that an item is to go to.
package struct ChannelFacts: Hashable, Sendable {
    package let name: String
    /// As `channels` of the bundle has it.
    package let kind: String
    /// Who belongs to it.
    package let roster: HeadCount
    /// Who is connected and in it.
    package let present: HeadCount

    package init(name: String, kind: String, roster: HeadCount, present: HeadCount) {
        self.name = name
        self.kind = kind
        self.roster = roster
        self.present = present
    }
}

/// How many people of each kind; whoever isn't known to be of age is a minor.
package struct HeadCount: Hashable, Sendable {
    package var adults: Int
    package var minors: Int
    /// Of the adults, those who look after the channel: holders of one of the bundle's `moderators`
    /// roles.
    package var moderators: Int

    package init(adults: Int = 0, minors: Int = 0, moderators: Int = 0) {
        self.adults = adults
        self.minors = minors
        self.moderators = moderators
    }
}

/// One strike against a member, by one rule.
package struct Strike: Hashable, Sendable {
    /// The rule's id.
    package let rule: String
    /// Microseconds since 2000-01-01 UTC.
    package let at: Int64
    /// How many strikes it counts for.
    package let count: Int

    package init(rule: String, at: Int64, count: Int) {
        self.rule = rule
        self.at = at
        self.count = count
    }
}
