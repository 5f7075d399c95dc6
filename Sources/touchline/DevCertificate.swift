import Foundation

/// A self-signed certificate for this machine's own names. It can sign no other certificate, so
/// that trusting it trusts this hub and nothing else.
struct DevCertificate: Sendable {
    let folder: String

    var certificate: String { folder + "/certificate.pem" }
    var key: String { folder + "/key.pem" }

    /// The certificate in a folder, made when there is none or when it is about to expire.
    static func prepare(in home: String) async throws(CommandFault) -> DevCertificate {
        guard let openssl = Program.find("openssl") else {
            throw CommandFault(
                "`openssl` was not found. Install it: sudo apt-get install openssl"
            )
        }
        let made = DevCertificate(folder: home + "/tls")
        if access(made.certificate, R_OK) == 0, access(made.key, R_OK) == 0 {
            let words = ["x509", "-in", made.certificate, "-noout", "-checkend", "\(renewSeconds)"]
            if try await openssl.run(words).code == 0 { return made }
        }
        let fresh = DevCertificate(folder: home + "/tls.new")
        try? FileManager.default.removeItem(atPath: fresh.folder)
        try PrivateFile.makeFolder(fresh.folder, mode: 0o700)
        try await openssl.check(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-sha256", "-days", "\(days)", "-keyout", fresh.key,
                "-out", fresh.certificate, "-subj", "/CN=localhost/O=Touchline development",
                "-config", "/dev/null",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
                "-addext", "basicConstraints=critical,CA:FALSE",
                "-addext", "keyUsage=critical,digitalSignature",
                "-addext", "extendedKeyUsage=serverAuth",
            ],
            "Making the certificate"
        )
        chmod(fresh.key, 0o600)
        // The pair moves as one folder: key and certificate always belong together.
        try? FileManager.default.removeItem(atPath: made.folder)
        guard rename(fresh.folder, made.folder) == 0 else {
            throw CommandFault(
                "\(made.folder) cannot be made: \(String(cString: strerror(errno)))."
            )
        }
        return made
    }

    /// The longest that browsers take a certificate for.
    private static let days = 825
    private static let renewSeconds = 14 * 86_400
}
