import Foundation

/// A certificate for this machine's own names, and the self-signed authority that clients trust.
///
/// The authority's key is thrown away once it has signed: trusting it trusts this hub and nothing
/// else, ever.
struct DevCertificate: Sendable {
    let folder: String

    /// The hub's own.
    var certificate: String { folder + "/certificate.pem" }
    var key: String { folder + "/key.pem" }
    /// What a client has to trust.
    var authority: String { folder + "/ca.pem" }

    /// The certificate in a folder, made when there is none or when it is about to expire.
    static func prepare(in home: String) async throws(CommandFault) -> DevCertificate {
        guard let openssl = Program.find("openssl") else {
            throw CommandFault(
                "`openssl` was not found. Install it: sudo apt-get install openssl"
            )
        }
        let made = DevCertificate(folder: home + "/tls")
        let files: [String] = [made.certificate, made.key, made.authority]
        if files.allSatisfy({ access($0, R_OK) == 0 }) {
            let words = ["x509", "-in", made.certificate, "-noout", "-checkend", "\(renewSeconds)"]
            if try await openssl.run(words).code == 0 { return made }
        }
        let fresh = DevCertificate(folder: home + "/tls.new")
        try? FileManager.default.removeItem(atPath: fresh.folder)
        try PrivateFile.makeFolder(fresh.folder, mode: 0o700)
        try await fresh.make(openssl)
        // All of it moves as one folder: key and certificates always belong together.
        try? FileManager.default.removeItem(atPath: made.folder)
        guard rename(fresh.folder, made.folder) == 0 else {
            throw CommandFault(
                "\(made.folder) cannot be made: \(String(cString: strerror(errno)))."
            )
        }
        return made
    }

    private func make(_ openssl: Program) async throws(CommandFault) {
        let authorityKey = folder + "/ca-key.pem"
        // A name of its own: two authorities of one name confuse a browser's store.
        let name = "Touchline development \(String(UInt32.random(in: 0 ... .max), radix: 16))"
        try await openssl.check(
            request(key: authorityKey, output: authority, subject: name) + [
                "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0",
                "-addext", "keyUsage=critical,keyCertSign",
            ],
            "Making the certificate authority"
        )
        try await openssl.check(
            request(key: key, output: certificate, subject: "localhost") + [
                "-CA", authority, "-CAkey", authorityKey,
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
                "-addext", "basicConstraints=critical,CA:FALSE",
                "-addext", "keyUsage=critical,digitalSignature",
                "-addext", "extendedKeyUsage=serverAuth",
            ],
            "Making the certificate"
        )
        chmod(key, 0o600)
        guard unlink(authorityKey) == 0 else {
            throw CommandFault("\(authorityKey) cannot be removed: remove it by hand.")
        }
    }

    private func request(key: String, output: String, subject: String) -> [String] {
        [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-sha256", "-days", "\(Self.days)", "-keyout", key, "-out", output,
            "-subj", "/CN=\(subject)", "-config", "/dev/null",
            "-addext", "subjectKeyIdentifier=hash", "-addext",
            "authorityKeyIdentifier=keyid:always",
        ]
    }

    /// The longest that browsers take a certificate for.
    private static let days = 825
    private static let renewSeconds = 14 * 86_400
}
