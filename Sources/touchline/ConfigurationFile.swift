import AuditLog
import Foundation
import Handshake
import NIOSSL

/// A configuration with what stands in the files that it names.
struct ConfigurationFile {
    let configuration: Configuration
    let issuers: [TokenIssuer]
    /// Keys of JWKS files that cannot be used, one sentence each: worth a warning, not a refusal.
    let warnings: [String]

    /// Reads a configuration and every file that it names.
    ///
    /// - Throws: `SettingFaults` with all that is wrong, or a `CommandFault` when there is no such
    ///   file.
    static func read(
        path: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> ConfigurationFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFault(
                "\(path) cannot be read. Write one as docs/configuration.md shows, or name another"
                    + " with --config."
            )
        }
        guard data.count <= SettingFile.bytesMax, let text = String(data: data, encoding: .utf8)
        else {
            throw CommandFault("\(path) is no text of at most \(SettingFile.bytesMax) bytes.")
        }
        let file = SettingFile(
            path: path,
            text: text,
            environment: environment,
            shape: .configuration
        )
        guard file.isReadable else { throw SettingFaults(faults: file.faults) }
        var reader = ConfigurationReader(file)
        let configuration = reader.configuration()
        var check = NamedFiles(file: file, places: reader.places)
        // A file named in a broken configuration may not be the one that was meant.
        let issuers = reader.faults.isEmpty ? check.run(configuration) : []
        let faults = reader.faults + check.faults
        guard faults.isEmpty else { throw SettingFaults(faults: faults) }
        return ConfigurationFile(
            configuration: configuration,
            issuers: issuers,
            warnings: check.warnings
        )
    }
}

/// Reads what a configuration names.
private struct NamedFiles {
    let file: SettingFile
    let places: [String: SettingPlace]
    var faults: [SettingFault] = []
    var warnings: [String] = []

    init(file: SettingFile, places: [String: SettingPlace]) {
        self.file = file
        self.places = places
    }

    mutating func run(_ configuration: Configuration) -> [TokenIssuer] {
        if let tls = configuration.hub.tls { checkTLS(tls) }
        for address in configuration.issuers.flatMap(\.keyAddresses) {
            if let ca = address.ca, read(ca) != nil,
                (try? NIOSSLCertificate.fromPEMFile(ca))?.isEmpty ?? true
            {
                fail(ca, "\(ca) holds no certificate in PEM")
            }
        }
        let issuers = configuration.issuers.map { issuer in
            issuer.tokenIssuer { path, result in
                switch result {
                case .failure(let problem): fail(path, problem.description)
                case .success(let skipped):
                    warnings += skipped.map {
                        "\(path): key \($0.index + 1) is left out: \($0.reason)"
                    }
                }
            }
        }
        if faults.isEmpty, let problem = Self.problem(issuers.compactMap { $0 }) {
            faults.append(file.fault(at: file.root.place, problem))
        }
        if let data = read(configuration.keys.pseudonym), data.count < Self.secretBytesMin {
            fail(
                configuration.keys.pseudonym,
                "the pseudonym key has \(data.count) bytes and needs \(Self.secretBytesMin):"
                    + " make one with `openssl rand -out <file> 32`"
            )
        }
        if let pem = read(configuration.keys.checkpoint),
            (try? NoteSigner(name: "touchline", pem: String(decoding: pem, as: UTF8.self))) == nil
        {
            fail(
                configuration.keys.checkpoint,
                "the checkpoint key is not an Ed25519 key in PEM:"
                    + " make one with `openssl genpkey -algorithm ed25519 -out <file>`"
            )
        }
        if let folder = configuration.checkpoints.folder {
            checkFolder(folder, "checkpoints", mustExist: true)
        }
        if let path = configuration.checkpoints.webhook?.secretFile, let data = read(path),
            data.count < Self.secretBytesMin
        {
            fail(
                path,
                "the webhook's secret has \(data.count) bytes and needs \(Self.secretBytesMin):"
                    + " make one with `openssl rand -out <file> 32`"
            )
        }
        checkFolder(configuration.policies.folder, "policies", mustExist: true)
        checkFolder(configuration.journal.folder, "journal", mustExist: false)
        return issuers.compactMap { $0 }
    }

    private mutating func checkTLS(_ tls: Configuration.TLS) {
        guard read(tls.certificate) != nil, read(tls.key) != nil else { return }
        if let problem = tls.problem() { return fail(problem.path, problem.description) }
        if let end = tls.expiry(), end < Date.now {
            warnings.append("\(tls.certificate) expired \(end.ISO8601Format())")
        }
    }

    private mutating func checkFolder(_ path: String, _ name: String, mustExist: Bool) {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if exists, !isFolder.boolValue { fail(path, "\(path) is no folder") }
        if !exists, mustExist { fail(path, "there is no folder \(path)") }
    }

    private mutating func read(_ path: String) -> Data? {
        if let data = FileManager.default.contents(atPath: path) { return data }
        let there = FileManager.default.fileExists(atPath: path)
        fail(path, there ? "\(path) cannot be read" : "there is no file \(path)")
        return nil
    }

    private mutating func fail(_ path: String, _ message: String) {
        faults.append(file.fault(at: places[path] ?? .none, message))
    }

    private static func problem(_ issuers: [TokenIssuer]) -> String? {
        do {
            _ = try TokenVerifier(issuers)
            return nil
        } catch {
            return error.description
        }
    }

    /// As long as the HMAC-SHA-256 that it keys.
    private static let secretBytesMin = 32
}
