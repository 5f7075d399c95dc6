/// Compares a log's rows with their leaves and with what the hub signed, event by event.
///
/// The caller brings every `seq` in order, and each checkpoint when its size has been reached. Rows
/// and leaves are followed by a tree each, so that a checkpoint tells which of the two was changed;
/// behind a checkpoint that holds, or whose own frontier does, the check goes on as if nothing had
/// been.
package struct RecordCheck: Sendable {
    package let keys: LogKeys
    /// What is wrong so far, at most `findingsMax`, in the order of discovery.
    package private(set) var findings: [RecordFinding] = []
    /// All that is wrong, those beyond `findingsMax` too.
    package private(set) var findingCount = 0
    /// The newest event that a checkpoint covers.
    package private(set) var signedSize: Int64
    /// Checkpoints that hold.
    package private(set) var checkpointCount = 0

    /// Enough to see a pattern; more would only fill the memory.
    package static let findingsMax = 1000

    /// The tree of the leaves as they are stored.
    private var stored: TreeFrontier
    /// The tree of the rows as they are; nil while it is the same.
    private var recomputed: TreeFrontier?
    /// The newest event before those that are brought.
    private let before: Int64
    private var doubts: [Doubt] = []
    private var missing: ClosedRange<Int64>?
    /// Whether the tree could not be taken up again behind a checkpoint that does not hold.
    private var isLost = false

    private struct Doubt: Sendable {
        var seq: Int64
        /// Empty when there are too many to keep, or it may not be read.
        var tuple: [UInt8]
        var leaf: TreeHash
    }

    /// Tuples that are kept to see whether rows were exchanged; each at most about 150 KB.
    private static let tuplesMax = 64

    /// - Parameter frontier: the tree of the events before the first that is brought.
    package init(keys: LogKeys, after frontier: TreeFrontier = TreeFrontier()) {
        self.keys = keys
        stored = frontier
        before = frontier.size
        signedSize = 0
    }

    /// The tree of the stored leaves so far.
    package var frontier: TreeFrontier { stored }

    /// The event brought last.
    package var lastSeq: Int64 { stored.size }

    /// Whether nothing that was brought is under a signature: then rows and leaves agree with each
    /// other, and who can write both makes them do so.
    package var isUnsigned: Bool { checkpointCount == 0 && lastSeq > before }

    /// The next event's row, and its leaf as it was stored; nil when none is.
    package mutating func take(_ tuple: UnsafeRawBufferPointer, stored leaf: TreeHash?) {
        take(own: TreeHash(leafOf: tuple), tuple, stored: leaf)
    }

    /// The same of an event whose tuple may not be read: its own leaf, as the database computes it.
    package mutating func take(own: TreeHash, stored leaf: TreeHash?) {
        take(own: own, nil, stored: leaf)
    }

    private mutating func take(
        own: TreeHash,
        _ tuple: UnsafeRawBufferPointer?,
        stored leaf: TreeHash?
    ) {
        endMissing(isEnd: false)
        append(leaf ?? own, own)
        guard let leaf, leaf != own else { return }
        if doubts.count < Self.findingsMax {
            let kept = doubts.count < Self.tuplesMax ? tuple.map { Array($0) } ?? [] : []
            doubts.append(Doubt(seq: lastSeq, tuple: kept, leaf: leaf))
        } else {
            findingCount += 1
        }
    }

    /// The next event has no row.
    ///
    /// - Parameter isAccountedFor: whether it may have none, because retention dropped it.
    package mutating func takeAbsent(stored leaf: TreeHash?, isAccountedFor: Bool) {
        if isAccountedFor { endMissing(isEnd: false) }
        append(leaf ?? .empty, leaf ?? .empty)
        // Without its leaf no later root can be told.
        if leaf == nil { isLost = true }
        if !isAccountedFor { missing = (missing?.lowerBound ?? lastSeq)...lastSeq }
    }

    /// A row that stands where its number can't be; that it was missed before tells what happened.
    package mutating func takeStray(seq: Int64) {
        if missing?.contains(seq) == true { endMissing(isEnd: false) }
        let single = findings.firstIndex {
            guard case .missing(let last, _) = $0.what else { return false }
            return $0.seq == seq && last == seq
        }
        if let single {
            findings[single].what = .misplaced
        } else {
            let isInRange = findings.contains {
                guard case .missing(let last, _) = $0.what else { return false }
                return $0.seq <= seq && seq <= last
            }
            report(seq, seq <= lastSeq && !isInRange ? .repeated : .misplaced)
        }
    }

    /// A checkpoint over the events brought so far.
    ///
    /// - Parameters:
    ///   - root: as the row has it beside the note; nil when there is no row.
    ///   - frontier: likewise.
    package mutating func takeCheckpoint(
        note: String,
        root: [UInt8]? = nil,
        frontier: [TreeHash]? = nil
    ) {
        let size = lastSeq
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint(parsing: try keys.open(note))
        } catch {
            return report(max(1, size), .checkpoint(size: size, "\(error)"))
        }
        guard checkpoint.origin == keys.name else {
            let why = "it is of another log, \(checkpoint.origin)"
            return report(size, .checkpoint(size: size, why))
        }
        guard checkpoint.size == size else {
            let why = "its note was signed for size \(checkpoint.size)"
            return report(size, .checkpoint(size: size, why))
        }
        if let root, root != checkpoint.root.bytes {
            report(size, .checkpoint(size: size, "its column root is not the note's"))
        }
        let own = frontier.flatMap { TreeFrontier(size: size, hashes: $0) }
        let isWhole = own?.root == checkpoint.root
        if frontier != nil, !isWhole {
            report(size, .checkpoint(size: size, "its column frontier does not lead to its root"))
        }
        decide(checkpoint.root, frontier: isWhole ? own : nil)
    }

    /// After the last event and checkpoint.
    ///
    /// - Parameter signed: the largest size that was ever signed, as far as is known.
    package mutating func finish(signed: Int64) {
        endMissing(isEnd: true)
        if signed > lastSeq {
            report(lastSeq + 1, .truncated(signed: signed, left: lastSeq))
        }
        settle(.disputed)
    }

    /// Something that the caller found.
    package mutating func report(_ seq: Int64, _ what: RecordFinding.What) {
        findingCount += 1
        if findings.count < Self.findingsMax { findings.append(RecordFinding(seq: seq, what)) }
    }

    private mutating func append(_ leaf: TreeHash, _ own: TreeHash) {
        if recomputed == nil, leaf != own { recomputed = stored }
        stored.append(leaf)
        recomputed?.append(own)
    }

    private mutating func endMissing(isEnd: Bool) {
        guard let range = missing else { return }
        missing = nil
        report(range.lowerBound, .missing(last: range.upperBound, isEnd: isEnd))
    }

    /// Which of rows and leaves lead to the signed root.
    private mutating func decide(_ root: TreeHash, frontier: TreeFrontier?) {
        if stored.root == root {
            settle(.edited)
            checkpointCount += 1
            isLost = false
        } else if let recomputed, recomputed.root == root {
            settle(.leafEdited)
            stored = recomputed
            checkpointCount += 1
            isLost = false
        } else {
            // Lost is only what something was said of: a root that fails never passes in silence.
            if doubts.isEmpty, !isLost || findingCount == 0 && missing == nil {
                report(signedSize + 1, .rewritten(last: lastSeq))
            }
            settle(.disputed)
            isLost = frontier == nil
            if let frontier { stored = frontier }
        }
        recomputed = nil
        signedSize = lastSeq
    }

    /// Makes findings of the doubts since the last checkpoint.
    private mutating func settle(_ what: RecordFinding.What) {
        for doubt in doubts {
            var finding = what
            if what == .edited, let other = recordedAs(doubt) {
                finding = .swapped(recordedAs: other)
            }
            report(doubt.seq, finding)
        }
        doubts = []
    }

    /// The other doubtful event whose leaf this row has, once it is given that number.
    private func recordedAs(_ doubt: Doubt) -> Int64? {
        var tuple = doubt.tuple
        guard tuple.count >= Row.seqOffset + 8 else { return nil }
        for other in doubts where other.seq != doubt.seq {
            let leaf = tuple.withUnsafeMutableBytes { bytes in
                bytes.storeBytes(
                    of: other.seq.bigEndian,
                    toByteOffset: Row.seqOffset,
                    as: Int64.self
                )
                return TreeHash(leafOf: UnsafeRawBufferPointer(bytes))
            }
            if leaf == other.leaf { return other.seq }
        }
        return nil
    }
}
