internal import Foundation

/// That one event is in a log: the event itself, its inclusion proof, a signed checkpoint (C2SP
/// tlog-proof, with the event's tuple as `extra`). Checked without database or network.
package struct Receipt: Hashable, Sendable {
    /// The event as it was recorded: its binary COPY tuple.
    package var tuple: [UInt8]
    /// Its place in the tree: `seq` - 1.
    package var index: Int64
    /// The leaf's siblings, from the leaf up; at most 63.
    package var proof: [TreeHash]
    /// The signed checkpoint.
    package var note: String

    /// Bytes of a receipt: the longest event and note, in base64, and room.
    package static let bytesMax = 1 << 20
    private static let version = "c2sp.org/tlog-proof@v1"

    package init(tuple: [UInt8], index: Int64, proof: [TreeHash], note: String) {
        self.tuple = tuple
        self.index = index
        self.proof = proof
        self.note = note
    }

    /// The file's text.
    package var text: String {
        let hashes = proof.map { Data($0.bytes).base64EncodedString() + "\n" }.joined()
        return "\(Self.version)\nextra \(Data(tuple).base64EncodedString())\nindex \(index)\n"
            + "\(hashes)\n\(note)"
    }

    /// Reads a receipt; what it accepts writes the same text again.
    package init(parsing text: String) throws(ReceiptFault) {
        guard text.utf8.count <= Self.bytesMax else { throw .malformed("it is too long") }
        guard let gap = text.range(of: "\n\n") else {
            throw .malformed("it has no empty line before its checkpoint")
        }
        let lines = text[..<gap.lowerBound].split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        guard lines.first == Self.version[...] else {
            throw .malformed("its first line is not \(Self.version)")
        }
        guard lines.count >= 3, lines[1].hasPrefix("extra "),
            let tuple = Self.bytes(lines[1].dropFirst(6))
        else { throw .malformed("line 2 is not 'extra' and the event in base64") }
        guard lines[2].hasPrefix("index "), let index = Int64(lines[2].dropFirst(6)), index >= 0,
            String(index) == lines[2].dropFirst(6)
        else { throw .malformed("line 3 is not 'index' and a number") }
        guard lines.count - 3 <= 63 else { throw .malformed("its proof is too long") }
        var proof: [TreeHash] = []
        for (number, line) in lines.enumerated().dropFirst(3) {
            guard let hash = Self.bytes(line).flatMap({ TreeHash($0) }) else {
                throw .malformed("line \(number + 1) is not a hash in base64")
            }
            proof.append(hash)
        }
        self.init(
            tuple: tuple,
            index: index,
            proof: proof,
            note: String(text[gap.upperBound...])
        )
    }

    /// Checks the signature, the proof, and that the event is the one that was proved.
    ///
    /// - Returns: the checkpoint that includes the event.
    package func check(_ keys: LogKeys) throws(ReceiptFault) -> Checkpoint {
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint(parsing: try keys.open(note))
        } catch {
            throw .checkpoint(error)
        }
        guard checkpoint.origin == keys.name else {
            throw .otherLog(checkpoint.origin, wanted: keys.name)
        }
        guard let seq = tuple.withUnsafeBytes({ Row.seq(of: $0) }), seq == index + 1 else {
            throw .malformed("its event is not the one that its index names")
        }
        let leaf = tuple.withUnsafeBytes { TreeHash(leafOf: $0) }
        let root = TreeProof.root(ofLeaf: leaf, at: index, in: checkpoint.size, proof: proof)
        guard root == checkpoint.root else { throw .notIncluded }
        return checkpoint
    }

    private static func bytes(_ base64: Substring) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(base64)),
            data.base64EncodedString() == base64
        else { return nil }
        return Array(data)
    }
}

/// Why a receipt proves nothing.
package enum ReceiptFault: Error, Hashable, Sendable {
    case malformed(String)
    case checkpoint(CheckpointFault)
    case otherLog(String, wanted: String)
    /// Event, proof and checkpoint don't belong together.
    case notIncluded
}

extension ReceiptFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let why): "this is no receipt: \(why)"
        case .checkpoint(let fault): fault.description
        case .otherLog(let origin, let wanted): "it is of \(origin), not of \(wanted)"
        case .notIncluded:
            "the event, its proof and the checkpoint don't belong together: one of them was changed, "
                + "or the proof is of another tree"
        }
    }
}
