internal import Crypto
internal import CryptoExtras
internal import Foundation

/// A text with signatures under it (C2SP signed-note).
package struct SignedNote: Hashable, Sendable {
    /// One line under the text.
    package struct Signature: Hashable, Sendable {
        package var name: String
        /// The first four bytes of the key's hash, which tell keys of one name apart.
        package var keyID: UInt32
        package var signature: [UInt8]

        var label: String { SignedNote.label(name, keyID) }
    }

    /// What is signed, with the line break at its end.
    package let text: String
    package let signatures: [Signature]

    /// Bytes of a note: many times what a checkpoint with its witnesses needs.
    package static let bytesMax = 64 << 10
    private static let lineBreak = UInt8(ascii: "\n")

    /// Reads a note: text, an empty line, then one signature a line.
    package init(parsing note: String) throws(CheckpointFault) {
        guard note.utf8.count <= SignedNote.bytesMax else { throw .malformed("it is too long") }
        let lineBreak = SignedNote.lineBreak
        guard note.utf8.allSatisfy({ $0 >= 0x20 || $0 == lineBreak }) else {
            throw .malformed("it has a control character")
        }
        guard let gap = SignedNote.emptyLine(of: note.utf8), note.utf8.last == lineBreak else {
            throw .malformed("it has no empty line before its signatures")
        }
        text = String(note[...gap])
        var signatures: [Signature] = []
        for line in note.utf8[gap...].dropFirst(2).dropLast().split(
            separator: lineBreak,
            omittingEmptySubsequences: false
        ) {
            guard let signature = SignedNote.signature(of: line) else {
                throw .malformed("a signature's line can't be read")
            }
            signatures.append(signature)
        }
        self.signatures = signatures
    }

    /// Where the last two line breaks stand that follow each other directly.
    private static func emptyLine(of note: String.UTF8View) -> String.Index? {
        var later: String.Index?
        for place in note.indices.reversed() {
            if note[place] != lineBreak {
                later = nil
            } else if later != nil {
                return place
            } else {
                later = place
            }
        }
        return nil
    }

    private static func signature(of line: Substring.UTF8View) -> Signature? {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, words[0].elementsEqual("\u{2014}".utf8),
            let name = String(words[1]), SignedNote.isName(name),
            let bytes = Data(base64Encoded: Data(words[2])), bytes.count > 4,
            // Its last digit may have bits that are no one's: one spelling for each signature.
            bytes.base64EncodedData().elementsEqual(words[2])
        else { return nil }
        return Signature(
            name: name,
            keyID: bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) },
            signature: Array(bytes.dropFirst(4))
        )
    }

    /// A key's name and id, as in its vkey.
    static func label(_ name: String, _ keyID: UInt32) -> String {
        let id = String(keyID, radix: 16)
        return "\(name)+\(String(repeating: "0", count: 8 - id.count))\(id)"
    }

    /// Whether a key may be called so: no space and no plus, at least one character.
    package static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.utf8.count <= 256
            && !name.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "+" }
    }
}

/// An Ed25519 key that signs notes under a name.
package struct NoteSigner: Sendable {
    package let name: String
    private let key: Curve25519.Signing.PrivateKey

    /// - Parameter pem: PKCS#8, as `openssl genpkey -algorithm ed25519` writes it.
    package init(name: String, pem: String) throws(CheckpointFault) {
        guard SignedNote.isName(name) else { throw .malformed("'\(name)' can't name a key") }
        self.name = name
        do {
            key = try Curve25519.Signing.PrivateKey(pemRepresentation: pem)
        } catch {
            throw .notAKey("it is not an Ed25519 private key in PEM")
        }
    }

    /// A new key as `init(name:pem:)` reads it.
    package static func newKey() -> String { Curve25519.Signing.PrivateKey().pemRepresentation }

    package var verifier: NoteVerifier { NoteVerifier(name: name, key: key.publicKey) }

    /// The note: the text, which ends with a line break, an empty line, the signature's line.
    package func sign(_ text: String) throws(CheckpointFault) -> String {
        guard let signature = try? key.signature(for: Data(text.utf8)) else {
            throw .notAKey("it can't sign")
        }
        let id = verifier.keyID
        let bytes = withUnsafeBytes(of: id.bigEndian) { Data($0) } + signature
        return "\(text)\n\u{2014} \(name) \(bytes.base64EncodedString())\n"
    }
}

/// The public half, written as `<name>+<key id>+<key>` (C2SP signed-note, "vkey").
package struct NoteVerifier: Sendable {
    package let name: String
    package let keyID: UInt32
    private let key: Curve25519.Signing.PublicKey

    init(name: String, key: Curve25519.Signing.PublicKey) {
        self.name = name
        self.key = key
        keyID = NoteVerifier.keyID(name, key)
    }

    /// Reads a vkey.
    package init(parsing vkey: String) throws(CheckpointFault) {
        let parts = vkey.trimmingCharacters(in: .whitespacesAndNewlines)
            .split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, SignedNote.isName(parts[0]),
            let id = UInt32(parts[1], radix: 16), parts[1].count == 8,
            let bytes = Data(base64Encoded: String(parts[2])), bytes.count == 33,
            bytes.first == NoteVerifier.ed25519,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes.dropFirst())
        else { throw .notAKey("a public key is written <name>+<8 hex digits>+<base64>") }
        self.init(name: String(parts[0]), key: key)
        guard keyID == id else { throw .notAKey("its id is not that of its name and key") }
    }

    /// The text of a note that this key signed.
    ///
    /// - Throws: `unsigned` when the key did not sign it, `forged` when its signature is wrong.
    package func open(_ note: String) throws(CheckpointFault) -> String {
        let note = try SignedNote(parsing: note)
        let own = note.signatures.filter(isOwn)
        guard !own.isEmpty else {
            throw .unsigned(by: [label], signers: note.signatures.map(\.label))
        }
        for signature in own {
            guard key.isValidSignature(signature.signature, for: Data(note.text.utf8)) else {
                throw .forged(by: name)
            }
        }
        return note.text
    }

    /// Whether this key is named for a signature.
    func isOwn(_ signature: SignedNote.Signature) -> Bool {
        signature.name == name && signature.keyID == keyID
    }

    /// Its name and id.
    package var label: String { SignedNote.label(name, keyID) }

    /// The type byte of Ed25519 in keys and key ids.
    private static let ed25519: UInt8 = 1

    private static func keyID(_ name: String, _ key: Curve25519.Signing.PublicKey) -> UInt32 {
        let named = Array(name.utf8) + [UInt8(ascii: "\n"), ed25519] + key.rawRepresentation
        return SHA256.hash(data: named).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
}

extension NoteVerifier: CustomStringConvertible {
    package var description: String {
        let bytes = Data([NoteVerifier.ed25519]) + key.rawRepresentation
        return "\(label)+\(bytes.base64EncodedString())"
    }
}
