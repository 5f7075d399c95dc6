import AuditStore
import Foundation
import Handshake
import HubServer
import Logging
import PolicyEngine
import PolicyFiles
import Synchronization

// What is read again while the hub runs. What is not good is said in the log, and what was read
// before stays in use.
extension Hub {
    /// Certificate, keys and policies.
    func reload() {
        reloadFiles()
        putInForce(PolicyFolder(path: configuration.policies.folder).load())
    }

    /// Certificate and keys; sessions that are open live on.
    func reloadFiles() {
        if let files = configuration.hub.tls { reload(files) }
        do {
            entrance.gates.replace(with: try Self.gate(configuration, logger))
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

    /// Takes policies as they were read from their folder, unless they are in force already.
    func putInForce(_ result: Result<PolicyEngine.Bundle, BundleErrors>) {
        switch result {
        case .success(let bundle): putInForce(bundle)
        case .failure(let errors):
            logger.error("Policies changed, but not for the better; the last good bundle stays.")
            Terminal.warn("\(errors)")
        }
    }

    /// Proposes a bundle to the record; it is in force once that has it, and not before.
    func putInForce(_ bundle: PolicyEngine.Bundle) {
        guard policies.withLock({ $0.wants(bundle) }) else { return }
        server.activate(bundle) { [self] decision in
            let before = policies.withLock { policies in
                defer { policies.settle(bundle, isRecorded: decision != nil) }
                return policies.digest
            }
            if let decision {
                logger.notice("Policies are in force, by decision \(decision).")
            } else if failure == nil {
                logger.error(
                    """
                    The \(before == nil ? "" : "new ")policies are not in force: the journal has no \
                    room to record them. \(before == nil ? "" : "The bundle before stays. ")They are \
                    taken as soon as there is room.
                    """
                )
            }
        }
    }

    /// Takes policies that the record had no room for, once there is some.
    func activateRefused() {
        guard let bundle = policies.withLock({ $0.refused }), recorder.snapshot.refusing == nil
        else { return }
        // The row has the files' texts as JSON; to try in vain would keep members waiting.
        let bytes = bundle.source.files.reduce(0) { $0 + Int64($1.text.utf8.count) }
        if journalHealth.room > 2 * bytes { putInForce(bundle) }
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
