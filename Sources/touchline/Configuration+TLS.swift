import Foundation
import NIOSSL

extension Configuration.TLS {
    /// Why a certificate and key can't be used, and which file is at fault.
    struct Problem: Hashable, CustomStringConvertible {
        var path: String
        var description: String
    }

    /// Reads both files and tries them together; nil when they are good.
    func problem() -> Problem? {
        guard let chain = try? NIOSSLCertificate.fromPEMFile(certificate), !chain.isEmpty else {
            return Problem(
                path: certificate,
                description: "\(certificate) holds no certificate in PEM"
            )
        }
        guard let privateKey = try? NIOSSLPrivateKey(file: key, format: .pem) else {
            return Problem(
                path: key,
                description: "\(key) holds no private key in PEM without a passphrase"
            )
        }
        let server = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(privateKey)
        )
        guard (try? NIOSSLContext(configuration: server)) == nil else { return nil }
        return Problem(path: key, description: "the key does not belong to the certificate")
    }

    /// When the certificate ends; nil when it cannot be read.
    func expiry() -> Date? {
        guard let first = (try? NIOSSLCertificate.fromPEMFile(certificate))?.first else {
            return nil
        }
        return Date(timeIntervalSince1970: TimeInterval(first.notValidAfter))
    }
}
