/// Why a key, key set or issuer that an operator configured cannot be used. Safe to log: it never
/// holds key material.
package struct KeyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
