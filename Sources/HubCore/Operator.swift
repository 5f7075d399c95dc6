package import AuditLog
package import PolicyEngine

/// Someone whose token lets them look into the hub and act on members.
package struct Operator: Sendable {
    /// How far that goes.
    package enum Reach: Sendable, Hashable {
        /// The whole hub: the role `operator`.
        case hub
        /// Channels whose names match: the role `moderator`, with a right `moderate:<pattern>` each.
        case channels([ChannelGlob])
    }

    /// The pseudonym, as that of a member with the same `iss` and `sub`.
    package let pseudonym: UUID16
    package let issuer: String
    package let sub: String
    package let name: String
    package let reach: Reach
    /// By what the token can be revoked.
    package let token: TokenMark

    /// Nil for a token that gives no such rights.
    package init?(
        pseudonym: UUID16,
        issuer: String,
        sub: String,
        name: String,
        roles: [String],
        rights: [String],
        token: TokenMark
    ) {
        if roles.contains("operator") {
            reach = .hub
        } else if roles.contains("moderator") {
            let patterns = rights.filter { $0.hasPrefix(Self.right) }.map {
                ChannelGlob(String($0.dropFirst(Self.right.count)))
            }
            guard !patterns.isEmpty else { return nil }
            reach = .channels(patterns)
        } else {
            return nil
        }
        self.pseudonym = pseudonym
        self.issuer = issuer
        self.sub = sub
        self.name = name
        self.token = token
    }

    /// Whether the rights cover a channel.
    package func reaches(_ channel: String) -> Bool {
        switch reach {
        case .hub: true
        case .channels(let patterns): patterns.contains { $0.matches(channel) }
        }
    }

    private static let right = "moderate:"
}
