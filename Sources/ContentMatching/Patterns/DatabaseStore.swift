/// Keeps compiled databases of patterns from one start to the next.
///
/// Whoever can write there can make the process run what they like: it must be the operator's own.
package protocol DatabaseStore: Sendable {
    /// What was kept under a name of 16 hex digits, or nil. Anything else than what was kept is
    /// recognised, and compiled anew.
    func database(named name: String) -> [UInt8]?

    /// Keeps a database under a name; that it can't be kept is no failure.
    func keep(_ database: [UInt8], named name: String)
}
