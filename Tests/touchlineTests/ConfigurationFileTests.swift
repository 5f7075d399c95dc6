import AuditLog
import Crypto
import Foundation
import Handshake
import Testing

@testable import touchline

/// What `serve --check` says about the files that a configuration names.
struct ConfigurationFileTests {
    private func write(_ folder: TemporaryFolder, tls: Bool = false) async throws -> String {
        let key = P256.Signing.PrivateKey().publicKey.pemRepresentation
        try folder.write("id.pem", key)
        try folder.write("pseudonym.key", String(repeating: "k", count: 32))
        try folder.write("checkpoint.pem", NoteSigner.newKey())
        try folder.write("Policies/bundle.yaml", "name: x")
        if tls { _ = try await DevCertificate.prepare(in: folder.path) }
        let transport =
            tls ? "tls: {certificate: tls/certificate.pem, key: tls/key.pem}" : "plain: true"
        try folder.write(
            "touchline.yaml",
            """
            hub: {host: 127.0.0.1, \(transport)}
            issuers:
              - issuer: https://id.example
                audience: hub
                keys: [{pem: id.pem, kid: a, alg: ES256}]
            journal: {folder: journal}
            database: {connection: dbname=hub}
            policies: {folder: Policies}
            keys: {pseudonym: pseudonym.key, checkpoint: checkpoint.pem}
            """
        )
        return folder.path + "/touchline.yaml"
    }

    private func faults(_ path: String) -> String {
        do {
            _ = try ConfigurationFile.read(path: path, environment: [:])
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("a good configuration gives issuers that are ready to verify", arguments: [false, true])
    func goodConfiguration(tls: Bool) async throws {
        let folder = try TemporaryFolder()
        let path = try await write(folder, tls: tls)
        let file = try ConfigurationFile.read(path: path, environment: [:])
        #expect(file.issuers.map(\.name) == ["https://id.example"])
        #expect(file.issuers.first?.keys.keys.map(\.keyID) == ["a"])
        #expect((file.configuration.hub.tls != nil) == tls)
    }

    @Test(
        "a named file that is of no use is refused where it is named",
        arguments: [
            ("id.pem", nil, ":5:18: there is no file"),
            ("id.pem", "-----BEGIN NOTHING-----", ":5:18: "),
            ("pseudonym.key", "short", ":9:19: the pseudonym key has 5 bytes and needs 32"),
            ("pseudonym.key", nil, ":9:19: there is no file"),
            ("checkpoint.pem", "key", ":9:46: the checkpoint key is not an Ed25519 key"),
            ("tls/certificate.pem", "nothing", ":1:43: "),
            ("tls/key.pem", "nothing", "holds no private key in PEM"),
            ("Policies", nil, ":8:20: there is no folder"),
        ] as [(String, String?, String)]
    )
    func uselessFileIsRefused(name: String, text: String?, message: String) async throws {
        let folder = try TemporaryFolder()
        let path = try await write(folder, tls: true)
        try FileManager.default.removeItem(atPath: folder.path + "/" + name)
        if let text { try folder.write(name, text) }
        #expect(faults(path).contains(message), "\(faults(path))")
    }

    @Test("a key that isn't the certificate's is refused")
    func foreignKeyIsRefused() async throws {
        let folder = try TemporaryFolder()
        let path = try await write(folder, tls: true)
        try folder.write("tls/key.pem", P256.Signing.PrivateKey().pemRepresentation)
        #expect(faults(path).contains("does not belong to the certificate"), "\(faults(path))")
    }

    @Test("a missing configuration is refused in one sentence")
    func missingIsRefused() {
        #expect(faults("/nowhere/touchline.yaml").hasPrefix("/nowhere/touchline.yaml cannot be"))
    }
}

/// A folder that goes with its test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "touchline-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func write(_ name: String, _ text: String) throws {
        let url = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
