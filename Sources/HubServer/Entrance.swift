import AuditLog
package import Handshake
package import HubCore
import NIOCore
import NIOHTTP1
import PolicyEngine

/// What every handshake of a hub is judged with.
package struct Entrance: Sendable {
    package let gates: GateInForce
    package let pseudonyms: Pseudonyms
    package let proxies: DeclaredProxies
    package let settings: HubSettings
    let connections = AddressConnections()

    package init(
        gate: HandshakeGate,
        pseudonyms: Pseudonyms,
        proxies: DeclaredProxies,
        settings: HubSettings
    ) {
        gates = GateInForce(gate)
        self.pseudonyms = pseudonyms
        self.proxies = proxies
        self.settings = settings
    }

    func arrival(
        _ principal: Principal,
        connection: [UInt8],
        request: RequestFacts
    ) -> Arrival {
        Arrival(
            subject: pseudonyms.pseudonym(of: principal),
            issuer: principal.issuer,
            sub: principal.subject,
            name: principal.name ?? "Member",
            expiresAt: principal.validUntil,
            tokenExpiresAt: principal.expiresAt,
            token: mark(of: principal),
            connection: connection,
            claims: String(decoding: principal.claims, as: UTF8.self),
            request: request
        )
    }

    /// By what the token that speaks for a principal can be revoked.
    package func mark(of principal: Principal) -> TokenMark {
        TokenMark(
            id: principal.tokenID.map { pseudonyms.mark(ofToken: $0, issuer: principal.issuer) },
            issuedAt: principal.issuedAt,
            key: GateInForce.mark(ofKey: principal.key, issuer: principal.issuer)
        )
    }

    /// Who is at the other end of the socket; nil when it has no IP address.
    static func peer(of channel: any Channel) -> NetworkAddress? {
        channel.remoteAddress?.ipAddress.flatMap(NetworkAddress.init(parsing:))
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
    static func connectionJSON(address: NetworkAddress?, head: HTTPRequestHead?) -> [UInt8] {
        var text: [UInt8] = []
        text.json("{\"address\":")
        text.json(string: address?.description ?? "unknown")
        for (name, field) in [("agent", "User-Agent"), ("origin", "Origin")] {
            guard let value = head?.headers.first(name: field) else { continue }
            text.json(",")
            text.json(string: name)
            text.json(":")
            text.json(string: String(value.prefix(256)))
        }
        text.json("}")
        return text
    }
}
