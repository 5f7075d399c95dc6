import AuditLog
import Glibc
package import Handshake
import HubCore
import NIOCore
import NIOHTTP1

/// What every handshake of a hub is judged with.
package struct Entrance: Sendable {
    package let gate: HandshakeGate
    package let pseudonyms: Pseudonyms
    package let settings: HubSettings

    package init(gate: HandshakeGate, pseudonyms: Pseudonyms, settings: HubSettings) {
        self.gate = gate
        self.pseudonyms = pseudonyms
        self.settings = settings
    }

    func arrival(_ principal: Principal, connection: [UInt8]) -> Arrival {
        Arrival(
            subject: pseudonyms.pseudonym(of: principal),
            issuer: principal.issuer,
            sub: principal.subject,
            name: principal.name ?? "Member",
            expiresAt: principal.validUntil,
            connection: connection,
            claims: String(decoding: principal.claims, as: UTF8.self)
        )
    }

    /// The address that limits count by: IPv4 whole, IPv6 by its /64.
    static func key(of address: SocketAddress) -> String {
        guard case .v6 = address, let text = address.ipAddress else {
            return address.ipAddress ?? "local"
        }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        let groups = stride(from: 0, to: 8, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        return groups.joined(separator: ":") + "::/64"
    }

    static func stage(of step: Refusal.Step) -> Stage {
        switch step {
        case .head: .head
        case .token: .token
        case .origin: .origin
        case .limits: .limits
        case .rules: .connectRules
        }
    }

    /// Address, user agent and origin as a JSON object; content, never part of the event.
    static func connectionJSON(address: String, head: HTTPRequestHead) -> [UInt8] {
        var text: [UInt8] = []
        text.json("{\"address\":")
        text.json(string: address)
        for (name, field) in [("agent", "User-Agent"), ("origin", "Origin")] {
            guard let value = head.headers.first(name: field) else { continue }
            text.json(",")
            text.json(string: name)
            text.json(":")
            text.json(string: String(value.prefix(256)))
        }
        text.json("}")
        return text
    }
}
