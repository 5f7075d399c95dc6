package import AuditLog
package import Crypto

/// Makes and opens the tokens with which a member goes on with a session after its connection dropped.
///
/// A token names the session and until when it is good, and is sealed for its subject; that it was used
/// is for `Standing` to know.
package struct ResumeSeal: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: that of the pseudonyms; the seal's key is derived from it (RFC 5869).
    package init(derivedFrom secret: SymmetricKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret,
            info: Array("touchline resume".utf8),
            outputByteCount: 32
        )
    }

    /// What a token says.
    package struct Opened: Sendable, Equatable {
        package let session: UUID16
        /// Unix seconds.
        package let until: Int64
    }

    /// `<session>.<until>.<mac>`, at most 95 bytes of ASCII.
    func token(of session: UUID16, _ subject: UUID16, until: Int64) -> String {
        "\(session).\(until).\(mac(session, subject, until))"
    }

    /// - Returns: nil for what was not sealed for this subject here.
    func open(_ token: String, of subject: UUID16) -> Opened? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let session = UUID16(parsing: String(parts[0])),
            let until = Int64(parts[1]), let given = UUID16(parsing: String(parts[2]))
        else { return nil }
        let expected = mac(session, subject, until)
        // Both halves at once, so that time tells nothing of the place of a difference.
        let difference = (given.high ^ expected.high) | (given.low ^ expected.low)
        return difference == 0 ? Opened(session: session, until: until) : nil
    }

    private func mac(_ session: UUID16, _ subject: UUID16, _ until: Int64) -> UUID16 {
        var mac = HMAC<SHA256>(key: key)
        let sealed = (
            session.high.bigEndian, session.low.bigEndian, subject.high.bigEndian,
            subject.low.bigEndian, until.bigEndian
        )
        withUnsafeBytes(of: sealed) { mac.update(data: $0) }
        return mac.finalize().withUnsafeBytes { UUID16(version8From: $0) }
    }
}
