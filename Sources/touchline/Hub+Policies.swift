import AuditStore
import HubCore
import HubServer
import Logging
import PolicyEngine
import PolicyFiles
import Synchronization

// Policies are in force once the record has them, and not before.
extension Hub {
    /// Takes policies as they were read from their folder, unless they are in force already.
    func putInForce(
        _ result: Result<PolicyEngine.Bundle, BundleErrors>,
        by actor: Activation.Actor
    ) {
        let folder = configuration.policies.folder
        switch result {
        case .success(let bundle):
            policies.withLock { $0.folderProblem = nil }
            putInForce(Activation(bundle, by: actor))
        case .failure(let errors):
            let problem =
                "\(folder) cannot be used (\(errors.faults)); the policies in force stay."
            policies.withLock { $0.folderProblem = problem }
            logger.error("\(problem)")
            Terminal.warn("\(errors)")
        }
    }

    /// Takes policies that an operator asks for.
    ///
    /// - Parameter recorded: as `putInForce`'s; not called when they can't be in force.
    /// - Returns: why they can't be in force, with places; nil when they are on their way.
    func activate(
        _ request: KeepingDesk.PolicyRequest,
        recorded: @escaping @Sendable (Decision?) -> Void
    ) -> String? {
        switch RecordedPolicies.load(
            request.files,
            of: request.digest,
            configuration.policies.patterns
        ) {
        case .failure(let errors):
            logger.error("Request \(request.id) is for policies that cannot be used.")
            return "\(errors)"
        case .success(let bundle):
            putInForce(
                Activation(bundle, by: .request, request: request.id, reason: request.reason),
                recorded: recorded
            )
            return nil
        }
    }

    /// Proposes an activation to the record.
    ///
    /// - Parameter recorded: called with its decision; with nil when it is not in force, or was already.
    func putInForce(
        _ activation: Activation,
        recorded: @escaping @Sendable (Decision?) -> Void = { _ in }
    ) {
        guard policies.withLock({ $0.wants(activation) }) else { return recorded(nil) }
        server.activate(activation) { [self] decision in
            defer { recorded(decision) }
            let before = policies.withLock { policies in
                defer { policies.settle(activation, isRecorded: decision != nil) }
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
        guard let activation = policies.withLock({ $0.refused }), recorder.snapshot.refusing == nil
        else { return }
        // The row has the files' texts as JSON; to try in vain would keep members waiting.
        let files = activation.bundle.source.files
        let bytes = files.reduce(0) { $0 + Int64($1.text.utf8.count) }
        if journalHealth.room > 2 * bytes { putInForce(activation) }
    }
}

extension BundleErrors {
    /// How many there are, in words.
    var faults: String {
        Quantity.count(diagnostics.count, "fault")
    }
}
