import AuditLog
import Foundation

/// A folder that signed checkpoints are dropped into: on another machine's disk, if it is to prove
/// anything against whoever owns this one.
struct CheckpointFolder: Sendable {
    let path: String

    /// Writes `<log>.checkpoint`, the newest, in place of the one before; and the first one of each
    /// hour as `<log>-<size>.checkpoint`, which is never written again.
    ///
    /// - Throws: a sentence that names the file.
    func drop(_ checkpoint: CheckpointRow) throws(CommandFault) {
        let note = Array(checkpoint.note.utf8)
        let newest = "\(path)/\(checkpoint.log).checkpoint"
        if let hour = hour(of: newest), hour == checkpoint.at / Self.hour {
            try replace(newest, with: note)
            return
        }
        let size = String(checkpoint.frontier.size)
        let digits = String(repeating: "0", count: max(0, 20 - size.count)) + size
        let kept = "\(path)/\(checkpoint.log)-\(digits).checkpoint"
        if access(kept, F_OK) != 0 { try replace(kept, with: note) }
        try replace(newest, with: note)
    }

    /// The hour in which a file was last written, since 2000-01-01 UTC; nil when there is none.
    private func hour(of file: String) -> Int64? {
        var status = stat()
        guard stat(file, &status) == 0 else { return nil }
        return (Int64(status.st_mtim.tv_sec) - Row.epochUnixSeconds) * 1_000_000 / Self.hour
    }

    private func replace(_ file: String, with bytes: [UInt8]) throws(CommandFault) {
        let new = file + ".new"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.fault(new) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(new, file) == 0
        else { throw Self.fault(new) }
    }

    private static func fault(_ file: String) -> CommandFault {
        CommandFault("\(file): \(String(cString: strerror(errno)))")
    }

    /// Microseconds.
    private static let hour: Int64 = 3_600_000_000
}
