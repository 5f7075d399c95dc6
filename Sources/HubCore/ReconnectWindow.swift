/// Between which times clients are asked to come back, in milliseconds after their connection ended:
/// so that those who lose it together don't return together.
package struct ReconnectWindow: Sendable, Equatable {
    package let range: ClosedRange<Int64>

    /// - Parameter connections: how many may end together.
    package init(connections: Int) {
        let spread = Int64(max(0, connections)) * 1000 / Self.perSecond
        range = Self.millisecondsMin...min(max(Self.spreadMin, spread), Self.spreadMax)
    }

    /// A hub that starts is still connecting to its database; who comes earlier is refused.
    private static let millisecondsMin: Int64 = 500
    private static let spreadMin: Int64 = 2000
    /// Handshakes that a small machine takes in a second with ease: half of that is TLS.
    private static let perSecond: Int64 = 500
    /// Nobody waits longer for a hub that has long been back.
    private static let spreadMax: Int64 = 60_000
}
