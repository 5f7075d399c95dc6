package import NIOCore

/// What the operator configures of the server itself.
package struct HubSettings: Sendable {
    /// Path of the WebSocket; `check` beside it answers what the handshake would.
    package var path = "/chat"
    package var origins: [String] = []
    /// Bytes of a request's head: twice what browsers send with a large token.
    package var headBytesMax = 16 << 10
    /// Time for TLS and the head together: a slow phone's, many times over.
    package var headTimeout: TimeAmount = .seconds(10)
    /// A silent client is pinged after so many seconds, and cut after as many again. Below the 30 s
    /// after which some proxies and phone networks forget a connection.
    package var pingSeconds = 25
    /// Bytes that wait for a slow reader before it is cut off: some thousand messages.
    package var queuedBytesMax = 1 << 20
    /// Bytes that wait for all slow readers together: the memory that a crowd of them costs.
    package var queuedBytesTotalMax = 256 << 20
    /// Recorded refusals from one address in a minute; more are counted into one event.
    package var refusalsRecordedPerMinute = 30

    package init() {}
}
