/// Whether members should be sent to the hub.
package struct Readiness: Hashable, Sendable {
    /// Why not, one sentence each; empty when it is ready.
    package var reasons: [String] = []
    /// What an operator should look at although the hub works, one sentence each.
    package var degraded: [String] = []

    package init() {}

    package var isReady: Bool { reasons.isEmpty }
}
