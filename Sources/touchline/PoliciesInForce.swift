import PolicyEngine

/// Which policies are in force: those whose activation was recorded last, whatever the folder holds.
struct PoliciesInForce {
    /// The digest of the bundle in force; nil before the first is recorded.
    private(set) var digest: [UInt8]?
    /// The digest of the bundle that is on its way into the record.
    private var underWay: [UInt8]?
    /// The bundle that the record had no room for; it waits until there is some.
    private(set) var refused: PolicyEngine.Bundle?

    /// Takes a bundle as the one that is wanted.
    ///
    /// - Returns: whether it must be proposed: it is neither in force nor on its way.
    mutating func wants(_ bundle: PolicyEngine.Bundle) -> Bool {
        refused = nil
        guard bundle.digest != underWay ?? digest else { return false }
        underWay = bundle.digest
        return true
    }

    /// A bundle came back from the record.
    mutating func settle(_ bundle: PolicyEngine.Bundle, isRecorded: Bool) {
        if isRecorded { digest = bundle.digest }
        // Else another one is wanted by now.
        guard underWay == bundle.digest else { return }
        underWay = nil
        if !isRecorded { refused = bundle }
    }
}
