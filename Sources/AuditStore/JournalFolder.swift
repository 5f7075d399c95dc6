import AuditLog
import Glibc

/// The folder that holds one log's segments.
final class JournalFolder {
    let path: String
    let log: Int32
    let descriptor: Int32

    /// Opens the folder; with `create`, makes it first (mode 0700) when its parent exists.
    init(path: String, log: Int32, create: Bool) throws(JournalError) {
        self.path = path
        self.log = log
        if create, mkdir(path, 0o700) != 0, errno != EEXIST {
            throw .system(file: path, call: "mkdir", errno: errno)
        }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw .system(file: path, call: "open", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Takes the folder for this process, as long as the returned lock lives.
    func lock() throws(JournalError) -> JournalLock {
        let file = try JournalFile(in: self, name: "lock", flags: O_RDWR | O_CREAT)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
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
            guard unlinkat(descriptor, name, 0) == 0 else {
                throw .system(file: path + "/" + name, call: "unlink", errno: errno)
            }
        }
    }

    /// Makes a name durable.
    func sync() throws(JournalError) {
        guard fsync(descriptor) == 0 else {
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
        let result = posix_fallocate(file.descriptor, 0, Int(header.capacity))
        if result != 0 {
            unlinkat(descriptor, newName, 0)
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
        try file.sync(fsync, "fsync")
        guard renameat(descriptor, newName, descriptor, name) == 0 else {
            throw file.failure("rename")
        }
        try sync()
        return try JournalFile(in: self, name: name, flags: O_RDWR)
    }

    private func names() throws(JournalError) -> [String] {
        // A descriptor of its own: closedir closes it, and reading moves its offset.
        let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0, let stream = fdopendir(own) else {
            throw .system(file: path, call: "opendir", errno: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
            errno = 0
        }
        if errno != 0 { throw .system(file: path, call: "readdir", errno: errno) }
        return names
    }

    private static let newSuffix = ".new"
    private static let unfinishedSuffix = JournalFormat.fileSuffix + newSuffix
}
