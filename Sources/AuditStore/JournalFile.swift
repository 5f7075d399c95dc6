import AuditLog
import Glibc

/// One open file of the journal; closed with the last reference to it.
final class JournalFile {
    /// The path, for errors.
    let path: String
    let descriptor: Int32
    let disk: any JournalDisk

    /// Opens `name` in a folder, never through a symbolic link.
    init(
        in folder: JournalFolder,
        name: String,
        flags: Int32,
        mode: mode_t = 0o600
    ) throws(JournalError) {
        path = folder.path + "/" + name
        disk = folder.disk
        descriptor = disk.open(
            name,
            in: folder.descriptor,
            flags: flags | O_NOFOLLOW | O_CLOEXEC,
            mode: mode
        )
        if descriptor < 0 {
            throw .system(file: path, call: "open", errno: errno)
        }
    }

    deinit { if descriptor >= 0 { disk.close(descriptor) } }

    /// The size in bytes; refuses what isn't a regular file.
    func size() throws(JournalError) -> Int { Int(try status().st_size) }

    /// What the system knows of the file; refuses what isn't a regular one.
    func status() throws(JournalError) -> stat {
        var status = stat()
        guard disk.status(descriptor, &status) == 0 else { throw failure("fstat") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .foreign(file: path, why: "not a regular file")
        }
        return status
    }

    /// Reads until `into` is full or the file ends; returns the bytes read.
    func read(at offset: Int, into: UnsafeMutableRawBufferPointer) throws(JournalError) -> Int {
        var done = 0
        while done < into.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: into[done...])
            let count = disk.read(descriptor, rest, at: offset + done)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("pread")
            }
            done += count
        }
        return done
    }

    /// Reads the header that a segment begins with.
    func header() throws(JournalError) -> JournalHeader {
        var failure: JournalError?
        let bytes = [UInt8](unsafeUninitializedCapacity: JournalFormat.headerBytes) { into, done in
            do throws(JournalError) {
                done = try read(at: 0, into: UnsafeMutableRawBufferPointer(into))
            } catch { failure = error }
        }
        if let failure { throw failure }
        let header = bytes.withUnsafeBytes { bytes in
            Result { () throws(JournalDamage) in try JournalHeader(decoding: bytes) }
        }
        switch header {
        case .success(let header): return header
        case .failure(let damage): throw .damaged(file: path, damage)
        }
    }

    /// Writes all of `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = disk.write(descriptor, rest, at: offset + done)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("pwrite")
            }
            done += count
        }
    }

    /// Sets the size and makes it durable.
    func truncate(to size: Int) throws(JournalError) {
        guard disk.truncate(descriptor, to: size) == 0 else { throw failure("ftruncate") }
        try sync()
    }

    /// Makes all of the file durable. Called once: a failure is final, since the kernel may have
    /// dropped the pages.
    func sync() throws(JournalError) {
        guard disk.sync(descriptor) == 0 else { throw failure("fsync") }
    }

    /// The same for its bytes alone.
    func syncData() throws(JournalError) {
        guard disk.syncData(descriptor) == 0 else { throw failure("fdatasync") }
    }

    func failure(_ call: String) -> JournalError {
        .system(file: path, call: call, errno: errno)
    }
}
