import Foundation

/// What a log commits to: its first `size` events have this root (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
    /// Names the log, and the key that signs for it: `touchline/<origin's uuid>`.
    package var origin: String
    /// How many events: their `seq` are 1 to `size`.
    package var size: Int64
    package var root: TreeHash

    package init(origin: String, size: Int64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The name of a log in its checkpoints.
    package static func origin(of log: UUID16) -> String { "touchline/\(log)" }

    /// The signed text: origin, size, root in base64, a line each.
    package var text: String {
        "\(origin)\n\(size)\n\(Data(root.bytes).base64EncodedString())\n"
    }

    /// Reads the text of a note; lines after the third are extensions and left alone.
    package init(parsing text: String) throws(CheckpointFault) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, !lines[0].isEmpty, lines.last?.isEmpty == true else {
            throw .malformed("it lacks origin, size or root")
        }
        guard let size = Int64(lines[1]), size >= 0, String(size) == lines[1] else {
            throw .malformed("its size '\(lines[1])' is not a decimal number")
        }
        guard let bytes = Data(base64Encoded: String(lines[2])), let root = TreeHash(bytes),
            bytes.base64EncodedString() == lines[2]
        else { throw .malformed("its root is not 32 bytes in base64") }
        self.init(origin: String(lines[0]), size: size, root: root)
    }
}

/// Why a checkpoint, or a key for one, is of no use.
package enum CheckpointFault: Error, Hashable, Sendable {
    case malformed(String)
    case notAKey(String)
    /// None of these keys signed it, by name and key id.
    case unsigned(by: [String], signers: [String])
    /// The key's signature is not of this text.
    case forged(by: String)
}

extension CheckpointFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let why): "this is no checkpoint: \(why)"
        case .notAKey(let why): "this key can't be used: \(why)"
        case .unsigned(let keys, let signers):
            "the checkpoint is not signed by \(keys.joined(separator: " or ")), but by "
                + signers.joined(separator: ", ")
        case .forged(let name): "the signature of \(name) does not fit the checkpoint's text"
        }
    }
}
