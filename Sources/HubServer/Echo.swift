import HubCore
import NIOCore
import Outcomes
import WebSocketFrames

/// Sends every message back: the frames' part of the pipeline alone, for conformance suites.
final class Echo: ConnectionSink {
    /// Some of the largest messages that suites send.
    var queues = QueueBudget(connectionMax: 256 << 20, totalMax: 512 << 20)

    let reconnectWindow = ReconnectWindow(connections: 0)

    func text(_ payload: UnsafeRawBufferPointer, from connection: Connection, at now: Instant) {
        connection.append(payload, opcode: .text)
    }

    func binary(_ payload: UnsafeRawBufferPointer, from connection: Connection, at now: Instant) {
        connection.append(payload, opcode: .binary)
    }

    func failed(_ outcome: Outcome, on connection: Connection, at now: Instant) {
        connection.close(outcome)
    }

    func ended(_ connection: Connection, _ outcome: Outcome, at now: Instant) {}

    func touched(_ connection: Connection) {
        connection.writeAtTurnsEnd()
    }
}
