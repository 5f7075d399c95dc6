import Foundation
import HubCore

/// Where a chat client connects, and what it shows there.
struct ChatTarget: Hashable, Sendable {
    var isSecure: Bool
    var host: String
    var port: Int
    var path: String
    /// A compact JWS.
    var token: String
    /// PEM file of the certificates to trust; nil for the system's.
    var trust: String?

    /// `wss://host[:port]/path`; `ws://` on this machine only, because a token must not cross a
    /// network in the clear.
    init(url: String, token: String, trust: String?) throws(CommandFault) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            ["ws", "wss"].contains(scheme), let host = parts.host, !host.isEmpty,
            parts.query == nil, parts.user == nil
        else {
            throw CommandFault("'\(url)' is no address of a hub: write wss://host:port/chat.")
        }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard scheme == "wss" || AddressRange.isLoopback(bare) else {
            throw CommandFault(
                "\(url) would send the token in the clear: use wss:// for other machines."
            )
        }
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CommandFault("the token is no compact JWT: it has characters that none has.")
        }
        isSecure = scheme == "wss"
        self.host = bare
        port = parts.port ?? (isSecure ? 443 : 80)
        path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        self.token = token
        self.trust = trust
    }

    /// Host and port, as people and the `Host` header write them.
    var authority: String {
        (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }

    /// The head of the opening handshake (RFC 6455 §4.1).
    func request(key: String) -> String {
        [
            "GET \(path) HTTP/1.1", "Host: \(authority)", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: \(key)",
            "Sec-WebSocket-Protocol: touchline.v1", "Authorization: Bearer \(token)", "", "",
        ].joined(separator: "\r\n")
    }
}
