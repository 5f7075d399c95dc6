package import Handshake
import Synchronization

/// The gate that handshakes pass; replaced while the server runs, for handshakes from then on.
package final class GateInForce: Sendable {
    private let gate: Mutex<HandshakeGate>

    package init(_ gate: HandshakeGate) { self.gate = Mutex(gate) }

    package var current: HandshakeGate { gate.withLock { $0 } }

    package func replace(with fresh: HandshakeGate) { gate.withLock { $0 = fresh } }
}
