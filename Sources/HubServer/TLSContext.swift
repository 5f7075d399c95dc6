package import NIOSSL
import Synchronization

/// The certificate in use; replaced while the server runs, for connections from then on.
package final class TLSContext: Sendable {
    private let context: Mutex<NIOSSLContext>

    /// - Throws: when the files cannot be read or do not belong together.
    package init(certificateFile: String, keyFile: String) throws {
        context = Mutex(try Self.make(certificateFile, keyFile))
    }

    package var current: NIOSSLContext { context.withLock { $0 } }

    /// Reads the files again; the old certificate stays in use when they are not good.
    package func reload(certificateFile: String, keyFile: String) throws {
        let fresh = try Self.make(certificateFile, keyFile)
        context.withLock { $0 = fresh }
    }

    private static func make(_ certificateFile: String, _ keyFile: String) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        let key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
