import HubCore
import PolicyEngine

/// Which policies are in force: those whose activation was recorded last, whatever the folder holds.
struct PoliciesInForce {
    /// The digest of the bundle in force; nil before the first is recorded.
    private(set) var digest: [UInt8]?
    /// The digest of the bundle that is on its way into the record.
    private var underWay: [UInt8]?
    /// The activation that the record had no room for; it waits until there is some.
    private(set) var refused: Activation?
    /// What is wrong with the folder, a sentence for operators; nil when nothing is known to be.
    var folderProblem: String?

    init(_ start: StartPolicies) {
        digest = start.isRecorded ? start.bundle.digest : nil
        folderProblem = start.folderProblem
    }

    /// Takes a bundle as the one that is wanted.
    ///
    /// - Returns: whether it must be proposed: somebody asked for it by name, or it is neither in
    ///   force nor on its way.
    mutating func wants(_ activation: Activation) -> Bool {
        refused = nil
        guard
            activation.request != nil || activation.by != nil
                || activation.bundle.digest != underWay ?? digest
        else {
            return false
        }
        underWay = activation.bundle.digest
        return true
    }

    /// An activation came back from the record.
    mutating func settle(_ activation: Activation, isRecorded: Bool) {
        if isRecorded { digest = activation.bundle.digest }
        // Else another one is wanted by now.
        guard underWay == activation.bundle.digest else { return }
        underWay = nil
        if !isRecorded { refused = activation }
    }
}
