import AuditLog
import Crypto
package import Handshake
import HubCore
import Synchronization

/// The gate that handshakes pass; replaced while the server runs, for handshakes from then on.
package final class GateInForce: Sendable {
    private let state: Mutex<State>

    private struct State {
        var gate: HandshakeGate
        var keys: Set<UUID16>
        /// Configured ones only, so no stranger makes it grow.
        var keylessIssuers: Set<String> = []
    }

    package init(_ gate: HandshakeGate) {
        state = Mutex(State(gate: gate, keys: Self.marks(of: gate)))
    }

    package var current: HandshakeGate { state.withLock { $0.gate } }

    /// Marks of all keys whose tokens it takes (`TokenMark.key`).
    var keys: Set<UUID16> { state.withLock { $0.keys } }

    package func replace(with fresh: HandshakeGate) {
        let keys = Self.marks(of: fresh)
        state.withLock { ($0.gate, $0.keys) = (fresh, keys) }
    }

    /// A token came that names a key which its issuer may have by now.
    package func ask(forKeysOf issuer: String) {
        state.withLock { _ = $0.keylessIssuers.insert(issuer) }
    }

    /// The issuers whose keys were asked for since the last call.
    package func takeKeylessIssuers() -> Set<String> {
        state.withLock { state in
            defer { state.keylessIssuers = [] }
            return state.keylessIssuers
        }
    }

    /// SHA-256(issuer ‖ 0x00 ‖ key identity) as a UUID of version 8; never leaves memory.
    static func mark(ofKey identity: [UInt8], issuer: String) -> UUID16 {
        var hash = SHA256()
        hash.update(data: Array(issuer.utf8) + [0] + identity)
        return hash.finalize().withUnsafeBytes { UUID16(version8From: $0) }
    }

    private static func marks(of gate: HandshakeGate) -> Set<UUID16> {
        var marks: Set<UUID16> = []
        for issuer in gate.tokens.issuers {
            for key in issuer.keys.keys {
                marks.insert(mark(ofKey: key.identity, issuer: issuer.name))
            }
        }
        return marks
    }
}
