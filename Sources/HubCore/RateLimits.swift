/// So many in a second in the long run, and so many at once.
package struct Allowance: Hashable, Sendable {
    package var perSecond: Int
    package var atOnce: Int

    package init(perSecond: Int, atOnce: Int) {
        self.perSecond = perSecond
        self.atOnce = atOnce
    }
}

/// What the operator lets subjects, addresses and channels do over all of their connections; nil is
/// no limit of their own. A connection's messages are limited by the bundle.
package struct RateLimits: Hashable, Sendable {
    package struct Scope: Hashable, Sendable {
        package var handshakes: Allowance?
        /// Joins and leaves count as well; not for a channel.
        package var messages: Allowance?
        /// Of messages, as they come: a frame's payload.
        package var bytes: Allowance?

        package init(
            handshakes: Allowance? = nil,
            messages: Allowance? = nil,
            bytes: Allowance? = nil
        ) {
            self.handshakes = handshakes
            self.messages = messages
            self.bytes = bytes
        }

        /// Connections, before anything of them is read: TLS costs more than its handshake's refusal.
        /// Some for each handshake, as browsers open them ahead, and checks come beside.
        var connections: Allowance? {
            handshakes.map {
                Allowance(
                    perSecond: $0.perSecond * Self.connectionsPerHandshake,
                    atOnce: $0.atOnce * Self.connectionsPerHandshake
                )
            }
        }

        private static let connectionsPerHandshake = 4

        var limitsMessages: Bool { messages != nil || bytes != nil }
    }

    /// A member with some devices, all of which come back at once again and again.
    package var subject = Scope(handshakes: Allowance(perSecond: 20, atOnce: 200))
    /// A school, or all of a carrier's customers behind one address, after a restart of the hub.
    package var address = Scope(handshakes: Allowance(perSecond: 100, atOnce: 1000))
    package var channel = Scope()
    /// Bytes of one connection's messages; without it, its messages' number and size bound them.
    package var connectionBytes: Allowance?

    package init() {}

    /// The members of `limits` in `welcome` that tell of them, each with a comma before it.
    var json: [UInt8] {
        var text: [UInt8] = []
        Self.append(connectionBytes, "bytes", to: &text)
        for (name, scope) in [("subject", subject), ("address", address), ("channel", channel)]
        where scope.limitsMessages {
            var members: [UInt8] = []
            Self.append(scope.messages, "messages", to: &members)
            Self.append(scope.bytes, "bytes", to: &members)
            text.json(",")
            text.json(string: name)
            text.json(":{")
            text.append(contentsOf: members.dropFirst())
            text.json("}")
        }
        return text
    }

    private static func append(_ allowance: Allowance?, _ what: String, to text: inout [UInt8]) {
        guard let allowance else { return }
        for (name, value) in [
            ("_per_second", allowance.perSecond), ("_at_once", allowance.atOnce),
        ] {
            text.json(",")
            text.json(string: what + name)
            text.json(":")
            text.json(Int64(value))
        }
    }
}
