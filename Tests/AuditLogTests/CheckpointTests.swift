import AuditLog
import Crypto
import CryptoExtras
import Foundation
import Testing

struct CheckpointTests {
    private let log = UUID16(high: 0x0123_4567_89ab_cdef, low: 0x8123_4567_89ab_cdef)
    private let checkpoint: Checkpoint
    private let signer: NoteSigner

    init() throws {
        checkpoint = Checkpoint(origin: Checkpoint.origin(of: log), size: 42, root: .empty)
        signer = try NoteSigner(
            name: checkpoint.origin,
            pem: Curve25519.Signing.PrivateKey().pemRepresentation
        )
    }

    @Test("a note of the format's own documentation opens with its key")
    func documented() throws {
        let key = try NoteVerifier(
            parsing: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        )
        let text = """
            If you think cryptography is the answer to your problem,
            then you don't know what your problem is.

            """
        let note = """
            \(text)
            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """
        #expect(try key.open(note) == text)
        #expect(throws: CheckpointFault.forged(by: "PeterNeumann")) {
            try key.open(note.replacingOccurrences(of: "answer", with: "Answer"))
        }
    }

    @Test("a checkpoint comes back from its note; its key from its text")
    func roundTrip() throws {
        let note = try signer.sign(checkpoint.text)
        let key = try NoteVerifier(parsing: "\(signer.verifier)\n")
        #expect(try Checkpoint(parsing: key.open(note)) == checkpoint)
        let witnessed =
            note
            + note.split(separator: "\n").last!.replacingOccurrences(
                of: checkpoint.origin,
                with: "witness"
            ) + "\n"
        #expect(try key.open(witnessed) == checkpoint.text)
    }

    @Test("another key's signature does not count")
    func otherKey() throws {
        let other = try NoteSigner(
            name: checkpoint.origin,
            pem: Curve25519.Signing.PrivateKey().pemRepresentation
        )
        let note = try other.sign(checkpoint.text)
        #expect(
            throws: CheckpointFault.unsigned(
                by: [signer.verifier.label],
                signers: [other.verifier.label]
            )
        ) { try signer.verifier.open(note) }
    }

    @Test("each of a log's keys opens what it signed, and no key of another name does")
    func severalKeys() throws {
        let fresh = try NoteSigner(name: checkpoint.origin, pem: NoteSigner.newKey())
        let stranger = try NoteSigner(name: "stranger", pem: NoteSigner.newKey())
        let keys = try #require(
            LogKeys(
                [stranger.verifier, signer.verifier, fresh.verifier],
                of: checkpoint.origin
            )
        )
        for own in [signer, fresh] {
            let note = try own.sign(checkpoint.text)
            #expect(try keys.open(note) == checkpoint.text)
            #expect(throws: CheckpointFault.forged(by: checkpoint.origin)) {
                try keys.open("forged " + note)
            }
        }
        // Signed by both, and one signature was taken from another text.
        let note = try signer.sign(checkpoint.text)
        let other = try fresh.sign(checkpoint.text + "more\n").split(separator: "\n").last!
        #expect(throws: CheckpointFault.forged(by: checkpoint.origin)) {
            try keys.open(note + other + "\n")
        }
        let foreign = try stranger.sign(checkpoint.text)
        #expect(throws: CheckpointFault.self) { try keys.open(foreign) }
        #expect(LogKeys([stranger.verifier], of: checkpoint.origin) == nil)
    }

    @Test(
        "what is no checkpoint is refused",
        arguments: [
            "", "\n", "o\n1\n", "o\n01\nAAAA\n", "o\n-1\nAAAA\n", "o\n1\nAAAA\n", "\n1\nAAAA\n",
            "o\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
            "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        ]
    )
    func malformed(text: String) {
        #expect(throws: CheckpointFault.self) { try Checkpoint(parsing: text) }
    }

    @Test(
        "what is no note is refused",
        arguments: [
            "", "a\n", "a\n\n", "a\n\n\n", "a\n\n— b\n", "a\n\n- b AAAAAAAA\n",
            "a\n\n— b AAAA\n", "a\n\n— b AAAAAAAA", "a\u{7}\n\n— b AAAAAAAA\n",
            "a\n\n— b+c AAAAAAAA\n",
        ]
    )
    func notANote(note: String) {
        #expect(throws: CheckpointFault.self) { try SignedNote(parsing: note) }
    }

    @Test("a row keeps size, root, frontier and note; a root of another tree is refused")
    func row() throws {
        var frontier = TreeFrontier()
        for byte in 0..<11 as Range<UInt8> {
            frontier.append([byte].withUnsafeBytes { TreeHash(leafOf: $0) })
        }
        let row = CheckpointRow(
            log: 7,
            at: 99,
            frontier: frontier,
            note: try signer.sign(checkpoint.text)
        )
        var bytes: [UInt8] = []
        row.encode(into: &bytes)
        #expect(try bytes.withUnsafeBytes { try CheckpointRow(decoding: $0) } == row)
        for index in bytes.indices where (34..<100).contains(index) {
            var bent = bytes
            bent[index] ^= 1
            #expect(throws: RowError.self) {
                try bent.withUnsafeBytes { try CheckpointRow(decoding: $0) }
            }
        }
    }
}
