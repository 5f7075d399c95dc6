import Glibc

/// One open file of the journal; closed with the last reference to it.
final class JournalFile {
    /// The path, for errors.
    let path: String
    let descriptor: Int32

    /// Opens `name` in a folder, never through a symbolic link.
    init(
        in folder: JournalFolder,
        name: String,
        flags: Int32,
        mode: mode_t = 0o600
    ) throws(JournalError) {
        path = folder.path + "/" + name
        descriptor = openat(folder.descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC, mode)
        if descriptor < 0 {
            throw .system(file: path, call: "open", errno: errno)
        }
    }

    deinit { close(descriptor) }

    /// The size in bytes; refuses what isn't a regular file.
    func size() throws(JournalError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("fstat") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .foreign(file: path, why: "not a regular file")
        }
        return Int(status.st_size)
    }

    /// Reads until `into` is full or the file ends; returns the bytes read.
    func read(at offset: Int, into: UnsafeMutableRawBufferPointer) throws(JournalError) -> Int {
        var done = 0
        while done < into.count, let base = into.baseAddress {
            let count = pread(descriptor, base + done, into.count - done, offset + done)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("pread")
            }
            done += count
        }
        return done
    }

    /// Writes all of `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = pwrite(descriptor, base + done, bytes.count - done, offset + done)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("pwrite")
            }
            done += count
        }
    }

    /// Sets the size and makes it durable.
    func truncate(to size: Int) throws(JournalError) {
        guard ftruncate(descriptor, size) == 0 else { throw failure("ftruncate") }
        try sync(fsync, "fsync")
    }

    /// Calls `sync` once; a failure is final, since the kernel may have dropped the pages.
    func sync(_ sync: (Int32) -> Int32, _ call: String) throws(JournalError) {
        guard sync(descriptor) == 0 else { throw failure(call) }
    }

    func failure(_ call: String) -> JournalError {
        .system(file: path, call: call, errno: errno)
    }
}
