/// Grows a log's Merkle tree with each event and signs checkpoints of it.
///
/// Driven by the recorder's thread. A checkpoint is due a second after the last one, once events
/// have come since; it is recorded before it is shown to anyone.
package struct Notary: Sendable {
    /// Nanoseconds between two checkpoints while events flow.
    package static let intervalNs: UInt64 = 1_000_000_000

    package let log: Int32
    /// The tree of all events so far.
    package private(set) var frontier: TreeFrontier
    private let signer: NoteSigner
    private var signedSize: Int64
    private var signedNs: UInt64 = 0

    /// - Parameters:
    ///   - signer: its name is the origin of the checkpoints.
    ///   - frontier: the tree of the events recorded before.
    ///   - signedSize: the newest checkpoint's size; 0 without one.
    package init(log: Int32, signer: NoteSigner, frontier: TreeFrontier, signedSize: Int64) {
        self.log = log
        self.signer = signer
        self.frontier = frontier
        self.signedSize = signedSize
    }

    /// Takes the next event, its numbers filled in.
    package mutating func append(_ tuple: UnsafeRawBufferPointer) {
        frontier.append(TreeHash(leafOf: tuple))
    }

    /// Whether events wait for a checkpoint.
    package var hasUnsigned: Bool { frontier.size > signedSize }

    /// Whether the next checkpoint should be made now.
    package func isDue(nowNs: UInt64) -> Bool {
        hasUnsigned && nowNs >= signedNs &+ Self.intervalNs
    }

    /// Signs the tree as it is.
    ///
    /// - Parameters:
    ///   - at: microseconds since 2000-01-01 UTC.
    ///   - nowNs: the same moment by the monotonic clock.
    package mutating func sign(
        at: Int64,
        nowNs: UInt64
    ) throws(CheckpointFault) -> CheckpointRow {
        let checkpoint = Checkpoint(
            origin: signer.name,
            size: frontier.size,
            root: frontier.root
        )
        let note = try signer.sign(checkpoint.text)
        signedSize = frontier.size
        signedNs = nowNs
        return CheckpointRow(log: log, at: at, frontier: frontier, note: note)
    }
}
