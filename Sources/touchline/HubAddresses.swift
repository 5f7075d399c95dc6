/// Where a started hub listens.
struct HubAddresses: Hashable, Sendable {
    /// The port of the WebSocket.
    var hubPort: Int
    /// The port of health and metrics.
    var consolePort: Int
}
