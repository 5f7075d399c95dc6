import Synchronization

/// How many connections each address has open, over all event loops. As large as the number of
/// open sockets at most.
package final class AddressConnections: Sendable {
    /// What becomes of a connection.
    enum Entry {
        case within
        /// Past the limit by a few: it is counted, and told why it is refused.
        case over
        /// Past those as well, or too many in too short a time: not counted, and not worth a TLS
        /// handshake.
        case farOver
    }

    /// Connections past the limit that are told so, each at the price of a TLS handshake.
    static let toldMax = 16

    private let counts = Mutex<[String: Int]>([:])

    package init() {}

    /// Counts a connection; `leave` must follow unless it is far over.
    func enter(_ key: String, max: Int) -> Entry {
        counts.withLock { counts in
            let count = counts[key, default: 0]
            guard count < max + Self.toldMax else { return .farOver }
            counts[key] = count + 1
            return count < max ? .within : .over
        }
    }

    /// A counted connection is closed.
    func leave(_ key: String) {
        counts.withLock { counts in
            let count = counts[key, default: 0]
            counts[key] = count > 1 ? count - 1 : nil
        }
    }
}
