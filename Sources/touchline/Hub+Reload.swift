import Foundation
import Handshake
import HubCore
import HubServer
import Logging
import PolicyFiles

// What is read again while the hub runs. What is not good is said in the log, and what was read
// before stays in use.
extension Hub {
    /// Certificate, keys and policies.
    func reload() {
        reloadFiles()
        keys.fetchAgain()
        putInForce(configuration.policies.source.load(), by: .signal)
    }

    /// Certificate and keys; sessions end with the key that verified their token.
    func reloadFiles() {
        if let files = configuration.hub.tls { reload(files) }
        do {
            let issuers = try Self.gate(configuration, logger).tokens.issuers
            try keys.replaceFiles(issuers)
            logger.notice("The issuers' keys were read again.")
        } catch {
            logger.error("The issuers' keys as they were stay in use: \(error)")
        }
    }

    private func reload(_ files: Configuration.TLS) {
        do {
            if let problem = files.problem() { throw CommandFault("\(problem)") }
            try tls?.reload(certificateFile: files.certificate, keyFile: files.key)
            let end = files.expiry().map { $0.ISO8601Format() } ?? "?"
            logger.notice("The certificate was read again; it is good until \(end).")
        } catch {
            logger.error("The certificate as it was stays in use: \(error)")
        }
    }

    /// What handshakes are judged with, its keys read from their files.
    static func gate(_ configuration: Configuration, _ logger: Logger) throws -> HandshakeGate {
        var issuers: [TokenIssuer] = []
        for issuer in configuration.issuers {
            var problem = "its keys are of no use"
            let made = issuer.tokenIssuer { path, result in
                switch result {
                case .success(let skipped):
                    for key in skipped {
                        logger.warning("Key \(key.index + 1) of \(path) is left out: \(key.reason)")
                    }
                case .failure(let fault): problem = "\(fault)"
                }
            }
            guard let made else { throw CommandFault("Issuer \(issuer.issuer): \(problem)") }
            issuers.append(made)
        }
        return HandshakeGate(
            path: configuration.hub.path,
            tokens: try TokenVerifier(issuers),
            origins: try OriginList(configuration.hub.origins)
        )
    }
}
