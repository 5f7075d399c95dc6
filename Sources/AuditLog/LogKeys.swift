/// The public keys that sign for one log: the one in use, and those that it had before.
package struct LogKeys: Sendable {
    /// Under which they sign: the log's origin.
    package let name: String
    private let keys: [NoteVerifier]

    /// - Parameter keys: those of other names are left aside.
    /// - Returns: nil when none is of this name.
    package init?(_ keys: [NoteVerifier], of name: String) {
        self.keys = keys.filter { $0.name == name }
        self.name = name
        if self.keys.isEmpty { return nil }
    }

    package init(_ key: NoteVerifier) {
        (name, keys) = (key.name, [key])
    }

    /// The text of a note that one of the keys signed; whichever of them did must have signed it
    /// rightly.
    ///
    /// - Throws: `unsigned` when none did, `forged` when a signature is wrong.
    package func open(_ note: String) throws(CheckpointFault) -> String {
        let signatures = try SignedNote(parsing: note).signatures
        var text: String?
        for key in keys where signatures.contains(where: key.isOwn) { text = try key.open(note) }
        guard let text else {
            throw .unsigned(by: keys.map(\.label), signers: signatures.map(\.label))
        }
        return text
    }
}
