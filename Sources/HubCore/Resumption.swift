/// The channels in which a session goes on where another one was cut off.
package final class Resumption: Sendable {
    /// One of them, and what its client has read of it.
    struct Channel: Sendable {
        let name: String
        /// The newest number that the client has; 0 for none of that run.
        let after: Place
        /// What the record had behind it; nil where memory reaches.
        let past: PastAnswer?
        /// Why it can't go on there, found out already.
        var isLost = false
    }

    let channels: [Channel]

    init(_ channels: [Channel]) {
        self.channels = channels
    }
}
