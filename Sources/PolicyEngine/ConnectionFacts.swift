/// What is known of a connection whose handshake is judged.
package struct ConnectionFacts: Hashable, Sendable {
    /// The peer's address, without port.
    package let address: String
    /// The `Origin` header, or nil when there was none.
    package let origin: String?
    /// The token's issuer and subject.
    package let issuer: String
    package let subject: String

    package init(address: String, origin: String?, issuer: String, subject: String) {
        self.address = address
        self.origin = origin
        self.issuer = issuer
        self.subject = subject
    }
}
