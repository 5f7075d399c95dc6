import ArgumentParser
import AuditLog
import Foundation

/// The public keys that a check trusts, by the names they sign under.
struct PublicKeys: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: """
            The log's public key, as `audit key` prints it, or a file with such keys, one a line: \
            those it had before, too. May be repeated.
            """
    )
    var keys: [String] = []

    /// The keys, each read from its words or its file.
    func verifiers() throws -> [NoteVerifier] {
        try keys.flatMap { key in
            if key.contains("+"), let verifier = try? NoteVerifier(parsing: key) {
                return [verifier]
            }
            guard let data = FileManager.default.contents(atPath: key) else {
                throw CommandFault(
                    "--key \(key) is neither a public key (`touchline audit key` prints it) nor a"
                        + " file that can be read."
                )
            }
            let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            guard !lines.isEmpty else { throw CommandFault("\(key) holds no public key.") }
            do {
                return try lines.map { try NoteVerifier(parsing: String($0)) }
            } catch {
                throw CommandFault("\(key): \(error).")
            }
        }
    }

    /// The keys of a log.
    ///
    /// - Parameter place: where to look when no key was given.
    func keys(of origin: UUID16, at place: PlaceOptions.Place) throws -> LogKeys {
        let name = Checkpoint.origin(of: origin)
        let given = try verifiers()
        if let keys = LogKeys(given, of: name) { return keys }
        if let other = given.first {
            throw CommandFault("No --key is of \(name); one is of \(other.name).")
        }
        if let key = try place.verifier(of: origin) { return LogKeys(key) }
        throw CommandFault(
            """
            The public key of \(name) is missing. Print it where the hub runs, and give it with --key:
              touchline audit key --config touchline.yaml
              touchline audit key --dir .touchline          # of `touchline dev`
            """
        )
    }
}
