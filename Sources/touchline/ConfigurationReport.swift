import Foundation
import Handshake
import HubCore
import PolicyEngine

/// What `serve --check` found good, a line for each thing.
struct ConfigurationReport: CustomStringConvertible {
    let path: String
    let file: ConfigurationFile
    let bundle: PolicyEngine.Bundle

    var description: String {
        let configuration = file.configuration
        let hub = configuration.hub
        var lines = ["\(path) is good:"]
        func add(_ name: String, _ text: String) {
            lines.append("  " + name.padding(toLength: 10, withPad: " ", startingAt: 0) + text)
        }
        let scheme = hub.tls == nil ? "ws" : "wss"
        add("hub", "\(scheme)://\(hub.host):\(hub.port)\(hub.path)")
        if let tls = hub.tls, let end = tls.expiry() {
            add("tls", "\(tls.certificate), good until \(end.ISO8601Format())")
        }
        if !hub.proxies.isEmpty {
            add("proxies", hub.proxies.map(\.description).joined(separator: ", "))
        }
        for issuer in file.issuers {
            let count = issuer.keys.keys.count
            let urls = configuration.issuers.first { $0.issuer == issuer.name }?.keyAddresses ?? []
            let sources = ["\(count) \(count == 1 ? "key" : "keys")"] + urls.map(\.url)
            add("issuer", ([issuer.name] + sources.drop { $0 == "0 keys" }).joined(separator: ", "))
        }
        let digest = bundle.digest.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let rules = bundle.rules.count
        add(
            "policies",
            "\(configuration.policies.folder), \(rules) \(rules == 1 ? "rule" : "rules") in force,"
                + " digest \(digest.joined())…"
        )
        add("journal", configuration.journal.folder)
        lines += [
            "The database was not asked. Next:",
            "  touchline migrate --check --database \"<database.connection>\"",
            "  touchline serve --config \(path)",
        ]
        return lines.joined(separator: "\n")
    }
}
