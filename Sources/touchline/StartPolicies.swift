import AuditStore
import Foundation
import Logging
import PolicyEngine
import PolicyFiles

/// The policies that a starting hub serves: what is in force is a matter of the record, and the
/// folder's are put in force by somebody, or by a hub that watches its folder.
struct StartPolicies {
    let bundle: PolicyEngine.Bundle
    /// Whether they are in force by the record already, so that no activation is due.
    let isRecorded: Bool
    /// What is wrong with the folder; nil when its policies can be used.
    let folderProblem: String?

    /// Chooses between the recorded bundle and the folder's, and says in the log what was chosen where
    /// they differ.
    ///
    /// - Parameter recorded: what the record has in force; nil at a log's first start.
    /// - Throws: `BundleErrors` when neither can be used.
    static func choose(
        recorded: StartState.Policy?,
        _ configuration: Configuration,
        _ logger: Logger
    ) throws -> StartPolicies {
        let folder = configuration.policies.folder
        let found = configuration.policies.source.load()
        guard let recorded else {
            return StartPolicies(bundle: try found.get(), isRecorded: false, folderProblem: nil)
        }
        let decision = "by decision \(recorded.log)-\(recorded.seq)"
        if case .success(let bundle) = found,
            bundle.digest == recorded.digest
                || configuration.policies.watch
        {
            let isRecorded = bundle.digest == recorded.digest
            return StartPolicies(bundle: bundle, isRecorded: isRecorded, folderProblem: nil)
        }
        let patterns = configuration.policies.patterns
        switch RecordedPolicies.load(
            recorded.files,
            of: recorded.digest,
            patterns,
            shownAs: "audit.policy/"
        ) {
        case .success(let bundle):
            let problem = say(found, decision, folder, logger)
            return StartPolicies(bundle: bundle, isRecorded: true, folderProblem: problem)
        case .failure(let errors):
            Terminal.warn("\(errors)")
            let bundle = try found.get()
            logger.warning(
                """
                The policies in force \(decision) cannot be used as the record has them; those \
                of \(folder) are put in force instead.
                """
            )
            return StartPolicies(bundle: bundle, isRecorded: false, folderProblem: nil)
        }
    }

    /// Says that the recorded policies serve although the folder's are others.
    ///
    /// - Returns: what is wrong with the folder.
    private static func say(
        _ found: Result<PolicyEngine.Bundle, BundleErrors>,
        _ decision: String,
        _ folder: String,
        _ logger: Logger
    ) -> String? {
        switch found {
        case .success:
            logger.warning(
                """
                \(folder) differs from the policies in force \(decision), which stay. To put the \
                folder's in force: touchline policy activate \(folder) --reason … --database …, or \
                send SIGHUP.
                """
            )
            return nil
        case .failure(let errors):
            Terminal.warn("\(errors)")
            let problem =
                "\(folder) cannot be used (\(errors.faults)); the policies in force"
                + " \(decision) stay."
            logger.error("\(problem)")
            return problem
        }
    }
}

/// A bundle as `audit.policy` keeps it.
enum RecordedPolicies {
    /// - Parameters:
    ///   - files: a JSON object as text, path to content; nil when the record lacks it.
    ///   - digest: of the bundle that they have to be; nil for whatever they are.
    ///   - patterns: keeps compiled patterns for the next time.
    ///   - folder: what stands before a path in diagnostics.
    static func load(
        _ files: String?,
        of digest: [UInt8]?,
        _ patterns: CompiledPatterns?,
        shownAs folder: String = ""
    ) -> Result<PolicyEngine.Bundle, BundleErrors> {
        guard let source = files.flatMap({ source($0, shownAs: folder) }) else {
            let message = "the record does not have the files of these policies"
            return .failure(BundleErrors([Diagnostic(file: "audit.policy", message: message)]))
        }
        guard digest == nil || source.digest == digest else {
            let message = "the record's files of these policies are not those that were in force"
            return .failure(BundleErrors([Diagnostic(file: "audit.policy", message: message)]))
        }
        return PolicyEngine.Bundle.load(source, store: patterns)
    }

    /// The digests of recorded bundles whose files are not theirs, in hexadecimal.
    static func altered(_ connection: Postgres) throws -> [String] {
        let rows = try connection.query(
            "select digest, files::text from audit.policy order by digest"
        )
        return (0..<rows.rowCount).compactMap { row in
            let digest = rows.bytes(row, 0)
            return source(rows.text(row, 1))?.digest == digest ? nil : Hexadecimal.text(digest)
        }
    }

    private static func source(_ files: String, shownAs folder: String = "") -> BundleSource? {
        let texts = try? JSONDecoder().decode([String: String].self, from: Data(files.utf8))
        return texts.map { texts in
            BundleSource(files: texts.map { (path: $0.key, text: $0.value) }, folder: folder)
        }
    }
}
