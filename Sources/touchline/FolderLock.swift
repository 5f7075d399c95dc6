import Foundation

/// The right to use a folder alone. The kernel takes it back when the process ends, however it
/// ends, so that a crash leaves nothing behind.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: when another process holds the folder; its pid is in the message.
    init(folder: String) throws(CommandFault) {
        let path = folder + "/lock"
        // Close-on-exec: a database server that outlives us must not hold the lock.
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFault("\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var bytes = [UInt8](repeating: 0, count: 32)
            let count = read(descriptor, &bytes, bytes.count)
            close(descriptor)
            let holder = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            throw CommandFault(
                "another `touchline dev`\(holder.isEmpty ? "" : " (pid \(holder))") is running in"
                    + " \(folder). Stop it first, or choose another folder with --dir."
            )
        }
        ftruncate(descriptor, 0)
        let pid = Array("\(getpid())\n".utf8)
        _ = pwrite(descriptor, pid, pid.count, 0)
    }

    deinit {
        // Closing alone would leave it to a child that was forked just now and has not run yet.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
