import Foundation
import Handshake

extension Configuration.Issuer {
    /// The issuer with its keys read from their files; what it publishes is still to be fetched.
    ///
    /// - Parameter report: is told of each key file: the keys that were left out, or why the file
    ///   is of no use.
    /// - Returns: nil when a key file is of no use.
    func tokenIssuer(
        report: (_ path: String, Result<[JSONWebKey.Skipped], KeyFileProblem>) -> Void
    ) -> TokenIssuer? {
        var all: [VerificationKey] = []
        for file in keys {
            do {
                let (keys, skipped) = try file.read()
                all += keys
                report(file.path, .success(skipped))
            } catch {
                report(file.path, .failure(error))
                return nil
            }
        }
        do {
            return TokenIssuer(
                name: issuer,
                audiences: audiences,
                keys: try KeySet(all),
                fetchesKeys: !keyAddresses.isEmpty,
                type: type,
                leewaySeconds: leeway.components.seconds,
                lifetimeMaxSeconds: maxLifetime.components.seconds,
                claims: claims
            )
        } catch {
            report(keys.first?.path ?? "", .failure(KeyFileProblem("\(error)")))
            return nil
        }
    }
}

/// Why a key file is of no use. Never holds key material.
struct KeyFileProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension Configuration.KeyFile {
    /// The file's keys, and those of a JWKS that cannot be used.
    func read() throws(KeyFileProblem) -> ([VerificationKey], [JSONWebKey.Skipped]) {
        guard let data = FileManager.default.contents(atPath: path) else {
            let there = FileManager.default.fileExists(atPath: path)
            throw KeyFileProblem(there ? "\(path) cannot be read" : "there is no file \(path)")
        }
        do {
            switch form {
            case .jwks:
                let set = try JSONWebKey.parseSet(Array(data), defaultAlgorithm: algorithm)
                guard !set.keys.isEmpty else {
                    let reasons = set.skipped.map { ": key \($0.index + 1): \($0.reason)" }
                    throw KeyFileProblem("\(path) has no usable key" + reasons.joined())
                }
                return (set.keys, set.skipped)
            case .pem:
                return ([try publicKey(data)], [])
            case .secretFile:
                let secret = Array(data).withoutEditorsEnd
                return ([try VerificationKey(algorithm: known, keyID: keyID, secret: secret)], [])
            }
        } catch let problem as KeyFileProblem {
            throw problem
        } catch {
            throw KeyFileProblem("\(path): \(error)")
        }
    }

    private func publicKey(_ data: Data) throws -> VerificationKey {
        guard let text = String(data: data, encoding: .utf8) else {
            throw KeyFileProblem("\(path) is no text")
        }
        return try VerificationKey(algorithm: known, keyID: keyID, publicPEM: text)
    }

    private var known: SignatureAlgorithm {
        get throws(KeyFileProblem) {
            guard let algorithm else { throw KeyFileProblem("\(path) needs its alg") }
            return algorithm
        }
    }
}

extension [UInt8] {
    /// Without the white space that editors leave at the end of a text; other bytes than a line of
    /// printable ASCII stay as they are, because a random secret may well end with a space.
    fileprivate var withoutEditorsEnd: [UInt8] {
        var bytes = self[...]
        while let last = bytes.last, [0x20, 0x09, 0x0A, 0x0D].contains(last) { bytes.removeLast() }
        return bytes.allSatisfy { (0x20...0x7E).contains($0) } ? Array(bytes) : self
    }
}
