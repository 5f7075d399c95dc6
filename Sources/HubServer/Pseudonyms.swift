package import AuditLog
package import Crypto
package import Handshake
package import HubCore

/// Turns a verified identity into the pseudonym under which the record knows it.
package struct Pseudonyms: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: 32 bytes, shared by the hubs of one community; whoever has it can link
    ///   pseudonyms to people.
    package init(key: SymmetricKey) {
        self.key = key
    }

    /// What resume tokens are sealed with: by every hub that has the key, before and after a restart.
    package var resumeSeal: ResumeSeal { ResumeSeal(derivedFrom: key) }

    /// HMAC-SHA-256(key, issuer ‖ 0x00 ‖ sub) as a UUID of version 8.
    package func pseudonym(of principal: Principal) -> UUID16 {
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Array(principal.issuer.utf8))
        mac.update(data: [0])
        mac.update(data: Array(principal.subject.utf8))
        return mac.finalize().withUnsafeBytes { UUID16(version8From: $0) }
    }

    /// HMAC-SHA-256(key, "jti" ‖ 0x00 ‖ issuer ‖ 0x00 ‖ jti) as a UUID of version 8.
    package func mark(ofToken id: String, issuer: String) -> UUID16 {
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Array("jti".utf8) + [0] + Array(issuer.utf8) + [0] + Array(id.utf8))
        return mac.finalize().withUnsafeBytes { UUID16(version8From: $0) }
    }
}
