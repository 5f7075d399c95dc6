package import AuditLog
import Glibc

/// Why the journal can't be opened, written or read.
package enum JournalError: Error, Hashable, Sendable {
    /// Another process has the folder.
    case locked(folder: String)
    /// A file that has no place in this journal: of another log or origin, or not a regular file.
    case foreign(file: String, why: String)
    /// Bytes aren't what was written; nothing was changed.
    case damaged(file: String, JournalDamage)
    /// The segments don't follow one another.
    case gap(file: String, why: String)
    /// The journal's limit leaves no room for another segment; nothing was written.
    case full(bytesMax: Int64)
    /// The disk has no room for another segment; nothing was written.
    case noSpace(file: String)
    /// A call failed: the writer is dead, what it was writing may or may not be on disk.
    case system(file: String, call: String, errno: Int32)
    /// The segment being written has lost its name: what is in it ends with the process.
    case unlinked(file: String)
    /// An earlier failure ended this writer; only a restart helps.
    case dead
    /// Events after `seq` are asked for, but the journal starts later.
    case missing(seq: Int64, first: Int64)
    /// `seq` is beyond the journal's last event: the database knows more than the journal.
    case behind(seq: Int64, last: Int64)
}

extension JournalError {
    /// Whether the writer lives on and the same batch may be committed later.
    package var isFull: Bool {
        switch self {
        case .full, .noSpace: true
        default: false
        }
    }
}

extension JournalError: CustomStringConvertible {
    /// Safe to log; the file comes first.
    package var description: String {
        switch self {
        case .locked(let folder): "\(folder): another hub is using this journal"
        case .foreign(let file, let why): "\(file): \(why)"
        case .damaged(let file, let damage): "\(file): \(damage)"
        case .gap(let file, let why): "\(file): \(why)"
        case .full(let bytesMax): "the journal is full: its limit is \(bytesMax) bytes"
        case .noSpace(let file): "\(file): the disk has no room for another segment"
        case .system(let file, let call, let number):
            "\(file): \(call): \(String(cString: strerror(number)))"
        case .unlinked(let file): "\(file): the file was removed while the hub was writing to it"
        case .dead: "the journal's writer has failed before"
        case .missing(let seq, let first):
            "events after \(seq) are needed, but the journal starts with \(first)"
        case .behind(let seq, let last):
            "event \(seq) is needed, but the journal ends with \(last)"
        }
    }
}
