import AuditLog
import Crypto
import Foundation
import Handshake
import Logging

/// A hub's surroundings for development, all in one folder: keys, certificate, journal, database.
struct DevEnvironment: Sendable {
    /// Absolute, without a slash at its end.
    let folder: String

    static let issuer = "https://touchline.localhost/dev"
    static let audience = "touchline"
    static let channel = "club:demo:u14"
    /// The pattern of the channels of its club.
    static let channels = "club:demo:*"
    static let keyID = "dev"
    /// Longest life of a development token; `dev` prints tokens of this life.
    static let lifetimeMax = Duration.seconds(24 * 3600)

    var certificate: DevCertificate { DevCertificate(folder: folder + "/tls") }
    /// Signs tokens; only `dev`'s own issuer has one.
    var signingKey: String { folder + "/keys/dev-issuer.pem" }
    /// Verifies them.
    var verifyingKey: String { folder + "/keys/dev-issuer.pub.pem" }
    var pseudonymKey: String { folder + "/keys/pseudonym.key" }
    var checkpointKey: String { folder + "/keys/checkpoint.pem" }
    var journal: String { folder + "/journal" }
    /// What the running hub says of itself; written when it is ready, for `touchline chat`.
    var addresses: String { folder + "/addresses.json" }

    init(directory: String) {
        let path = URL(filePath: directory, directoryHint: .isDirectory).standardizedFileURL
            .path(percentEncoded: false)
        folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Makes the folder; the rest is `prepare`'s.
    func makeFolder() throws(CommandFault) {
        // As root, the database's ordinary user must get through to its own folder in it.
        try PrivateFile.makeFolder(folder, mode: geteuid() == 0 ? 0o711 : 0o700)
        guard access(folder, W_OK | X_OK) == 0 else {
            throw CommandFault(
                "\(folder) belongs to another user. Start touchline as that user, remove the"
                    + " folder, or choose another with --dir."
            )
        }
        // A clone's own .gitignore names only the default folder.
        let ignore = folder + "/.gitignore"
        if access(ignore, F_OK) != 0 { try PrivateFile.write(Array("*\n".utf8), to: ignore) }
    }

    /// Makes what is missing of keys and certificate.
    func prepare() async throws(CommandFault) {
        try PrivateFile.makeFolder(folder + "/keys", mode: 0o700)
        try PrivateFile.makeFolder(journal, mode: 0o700)
        if access(signingKey, F_OK) != 0 {
            let pem = P256.Signing.PrivateKey().pemRepresentation + "\n"
            try PrivateFile.write(Array(pem.utf8), to: signingKey)
        }
        try PrivateFile.write(Array(try publicPEM().utf8), to: verifyingKey)
        if access(pseudonymKey, F_OK) != 0 {
            let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
            try PrivateFile.write(bytes, to: pseudonymKey)
        }
        if access(checkpointKey, F_OK) != 0 {
            try PrivateFile.write(Array((NoteSigner.newKey() + "\n").utf8), to: checkpointKey)
        }
        _ = try await DevCertificate.prepare(in: folder)
    }

    /// Signs with the development issuer's key.
    func signer() throws(CommandFault) -> TokenSigner {
        do {
            return try TokenSigner(
                algorithm: .es256,
                keyID: Self.keyID,
                privatePEM: try signingPEM()
            )
        } catch let fault as CommandFault {
            throw fault
        } catch {
            throw CommandFault(
                "\(signingKey) is of no use: \(error). Remove it, and it is made anew."
            )
        }
    }

    /// The hub's configuration in this folder.
    func configuration(port: Int, consolePort: Int, policies: String, database: String)
        -> Configuration
    {
        var result = Configuration()
        result.hub.host = "127.0.0.1"
        result.hub.port = port
        result.hub.tls = .init(certificate: certificate.certificate, key: certificate.key)
        // Pages of development servers, on whatever port.
        result.hub.origins = ["localhost", "127.0.0.1", "[::1]"].flatMap {
            ["http://\($0):*", "https://\($0):*"]
        }
        result.console.port = consolePort
        let key = Configuration.KeyFile(
            form: .pem,
            path: verifyingKey,
            keyID: Self.keyID,
            algorithm: .es256
        )
        result.issuers = [
            Configuration.Issuer(
                issuer: Self.issuer,
                audiences: [Self.audience],
                maxLifetime: Self.lifetimeMax,
                keys: [key]
            )
        ]
        result.journal.folder = journal
        result.database = .init(connection: database, isMigrated: true)
        result.policies = .init(
            folder: policies,
            watch: true,
            cache: folder + "/patterns"
        )
        result.keys.pseudonym = pseudonymKey
        result.keys.checkpoint = checkpointKey
        return result
    }

    private func signingPEM() throws(CommandFault) -> String {
        guard let data = FileManager.default.contents(atPath: signingKey) else {
            throw CommandFault(
                "\(signingKey) cannot be read. Start `touchline dev` first, or name its folder with"
                    + " --dir."
            )
        }
        return String(decoding: data, as: UTF8.self)
    }

    private func publicPEM() throws(CommandFault) -> String {
        do {
            let key = try P256.Signing.PrivateKey(pemRepresentation: try signingPEM())
            return key.publicKey.pemRepresentation + "\n"
        } catch let fault as CommandFault {
            throw fault
        } catch {
            throw CommandFault("\(signingKey) is no P-256 key. Remove it, and it is made anew.")
        }
    }
}
