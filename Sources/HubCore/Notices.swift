import PolicyEngine

/// What a recorded verdict means for connections besides the answer: the sender's, and those of
/// members on duty.
package final class Notices: Sendable {
    /// For the sender, after the answer.
    let tell: [String]
    /// Names of the bundle's duties whose members are told.
    let notify: [String]
    /// Where it happened; nil for an opening handshake.
    let channel: String?
    let rules: [String]
    let flags: [String]
    /// Whether the sender's connection ends.
    let disconnects: Bool

    /// Nil when connections learn nothing.
    init?(_ consequences: Consequences, channel: String?, rules: [String]) {
        guard !consequences.tell.isEmpty || !consequences.notify.isEmpty || consequences.disconnects
        else { return nil }
        tell = consequences.tell
        notify = consequences.notify
        self.channel = channel
        self.rules = rules
        flags = consequences.flags
        // A ban ends all of the member's connections, and says so.
        disconnects = consequences.disconnects && consequences.banSeconds == 0
    }
}

extension Shard {
    /// Tells the sender what the rules have to say to it.
    func tell(_ notices: Notices, of decision: Decision, to slot: Int) {
        for message in notices.tell {
            var text: [UInt8] = []
            text.json("{\"type\":\"notice\",\"decision\":\"")
            text.json(decision)
            text.json("\",\"message\":")
            text.json(string: message)
            text.json("}")
            output.sendText(text, to: slot)
        }
    }

    /// Tells this shard's members on duty that there is something to look at; not what was said.
    func notify(_ notices: Notices, of decision: Decision) {
        let duties = bundle.duties.filter { duty in
            notices.notify.contains(duty.name)
                && (notices.channel.map { name in duty.channels.contains { $0.matches(name) } }
                    ?? true)
        }
        guard !duties.isEmpty else { return }
        var text: [UInt8] = []
        text.json("{\"type\":\"notice\",\"decision\":\"")
        text.json(decision)
        if let channel = notices.channel {
            text.json("\",\"channel\":")
            text.json(string: channel)
            text.json(",\"rules\":")
        } else {
            text.json("\",\"rules\":")
        }
        text.json(strings: notices.rules)
        text.json(",\"flags\":")
        text.json(strings: notices.flags)
        text.json("}")
        for slot in sessions.slots {
            sessions[slot: slot]?.read(by: bundle)
            guard let roles = sessions[slot: slot]?.member.roles,
                duties.contains(where: { roles.contains($0.role) })
            else { continue }
            output.sendText(text, to: slot)
        }
    }
}
