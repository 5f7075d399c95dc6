import AuditLog
import Glibc

/// The folder that holds one log's segments.
final class JournalFolder {
    let path: String
    let log: Int32
    let disk: any JournalDisk
    let descriptor: Int32

    /// Opens the folder; with `create`, makes it first (mode 0700) when its parent exists.
    init(
        path: String,
        log: Int32,
        create: Bool,
        disk: any JournalDisk = SystemDisk()
    ) throws(JournalError) {
        self.path = path
        self.log = log
        self.disk = disk
        if create, disk.makeFolder(path, mode: 0o700) != 0, errno != EEXIST {
            throw .system(file: path, call: "mkdir", errno: errno)
        }
        descriptor = disk.openFolder(path)
        if descriptor < 0 { throw .system(file: path, call: "open", errno: errno) }
    }

    deinit { if descriptor >= 0 { disk.close(descriptor) } }

    /// Takes the folder for this process, as long as the returned lock lives.
    func lock() throws(JournalError) -> JournalLock {
        let file = try JournalFile(in: self, name: "lock", flags: O_RDWR | O_CREAT)
        guard disk.lock(file.descriptor) == 0 else {
            if errno == EWOULDBLOCK { throw .locked(folder: path) }
            throw file.failure("flock")
        }
        return JournalLock(file: file)
    }

    /// The first `seq` of each segment, ascending.
    ///
    /// Names that don't look like a segment's are left alone; a segment of another log is refused.
    func segments() throws(JournalError) -> [Int64] {
        var found: [Int64] = []
        for name in try names() where name.hasSuffix(JournalFormat.fileSuffix) {
            guard let parsed = JournalFormat.parse(fileName: name) else {
                throw .foreign(file: path + "/" + name, why: "not a segment's name")
            }
            guard parsed.log == log else {
                throw .foreign(file: path + "/" + name, why: "of log \(parsed.log), not \(log)")
            }
            found.append(parsed.firstSeq)
        }
        return found.sorted()
    }

    /// Removes segments that were being made when the hub stopped: no batch was ever in them.
    func removeUnfinished() throws(JournalError) {
        for name in try names() where name.hasSuffix(Self.unfinishedSuffix) {
            guard
                JournalFormat.parse(fileName: String(name.dropLast(Self.newSuffix.count))) != nil
            else { continue }
            guard disk.remove(name, in: descriptor) == 0 else {
                throw .system(file: path + "/" + name, call: "unlink", errno: errno)
            }
        }
    }

    /// Notes on a segment that the database has all of it: it becomes read-only, and the time of its
    /// last change is when this was seen. Lost in a crash, it is noted again.
    ///
    /// - Parameter at: Unix seconds.
    func markShipped(_ firstSeq: Int64, at seconds: Int64) throws(JournalError) {
        let file = try JournalFile(in: self, name: name(of: firstSeq), flags: O_RDONLY)
        guard disk.markShipped(file.descriptor, at: seconds) == 0 else {
            throw file.failure("fchmod")
        }
    }

    /// Removes a segment, durably: no younger one may be gone before it.
    func remove(_ firstSeq: Int64) throws(JournalError) {
        guard disk.remove(name(of: firstSeq), in: descriptor) == 0 else {
            throw .system(file: filePath(of: firstSeq), call: "unlink", errno: errno)
        }
        try sync()
    }

    /// Makes a name durable.
    func sync() throws(JournalError) {
        guard disk.sync(descriptor) == 0 else {
            throw .system(file: path, call: "fsync", errno: errno)
        }
    }

    func name(of firstSeq: Int64) -> String {
        JournalFormat.fileName(log: log, firstSeq: firstSeq)
    }

    func filePath(of firstSeq: Int64) -> String { path + "/" + name(of: firstSeq) }

    /// Makes a segment under its name only once it is allocated and its header durable.
    func create(_ header: JournalHeader) throws(JournalError) -> JournalFile {
        let name = name(of: header.firstSeq)
        let newName = name + Self.newSuffix
        let file = try JournalFile(
            in: self,
            name: newName,
            flags: O_RDWR | O_CREAT | O_TRUNC
        )
        let result = disk.allocate(file.descriptor, bytes: Int(header.capacity))
        if result != 0 {
            _ = disk.remove(newName, in: descriptor)
            if result == ENOSPC || result == EDQUOT || result == EFBIG {
                throw .noSpace(file: file.path)
            }
            throw .system(file: file.path, call: "posix_fallocate", errno: result)
        }
        let bytes = header.encode()
        // Array's withUnsafeBytes would widen the error's type.
        let written = bytes.withUnsafeBytes { bytes in
            Result { () throws(JournalError) in try file.write(bytes, at: 0) }
        }
        try written.get()
        try file.sync()
        guard disk.rename(newName, to: name, in: descriptor) == 0 else {
            throw file.failure("rename")
        }
        try sync()
        return try JournalFile(in: self, name: name, flags: O_RDWR)
    }

    /// All names in the folder.
    func names() throws(JournalError) -> [String] {
        guard let names = disk.names(in: descriptor) else {
            throw .system(file: path, call: "readdir", errno: errno)
        }
        return names
    }

    private static let newSuffix = ".new"
    private static let unfinishedSuffix = JournalFormat.fileSuffix + newSuffix
}
