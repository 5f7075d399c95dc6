package import Glibc

/// The calls of the system that a journal makes; the defaults are the system's own.
///
/// Tests put a disk below the real code that fails or loses power. Unless told otherwise a call
/// returns 0 or more when it is done, and −1 with `errno` set when it isn't.
package protocol JournalDisk: Sendable {
    func makeFolder(_ path: String, mode: mode_t) -> Int32
    func openFolder(_ path: String) -> Int32
    /// Opens a file by its name in an open folder.
    func open(_ name: String, in folder: Int32, flags: Int32, mode: mode_t) -> Int32
    func close(_ descriptor: Int32)
    /// Takes a file for one process, or fails with `EWOULDBLOCK`.
    func lock(_ descriptor: Int32) -> Int32
    func unlock(_ descriptor: Int32)
    func status(_ descriptor: Int32, _ status: inout stat) -> Int32
    func read(_ descriptor: Int32, _ into: UnsafeMutableRawBufferPointer, at: Int) -> Int
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at: Int) -> Int
    /// Takes the blocks of a file's first bytes; returns an error's number, or 0.
    func allocate(_ descriptor: Int32, bytes: Int) -> Int32
    func truncate(_ descriptor: Int32, to size: Int) -> Int32
    /// Makes a file or a folder durable with all that belongs to it.
    func sync(_ descriptor: Int32) -> Int32
    /// Makes a file's bytes durable.
    func syncData(_ descriptor: Int32) -> Int32
    /// Makes a file read-only, changed last at a time in Unix seconds.
    func markShipped(_ descriptor: Int32, at seconds: Int64) -> Int32
    /// The names in a folder, in any order; nil with `errno` set when they can't be read.
    func names(in folder: Int32) -> [String]?
    func rename(_ old: String, to new: String, in folder: Int32) -> Int32
    func remove(_ name: String, in folder: Int32) -> Int32
}

/// The machine's file system.
package struct SystemDisk: JournalDisk {
    package init() {}
}

extension JournalDisk {
    package func makeFolder(_ path: String, mode: mode_t) -> Int32 { Glibc.mkdir(path, mode) }

    package func openFolder(_ path: String) -> Int32 {
        Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    package func open(_ name: String, in folder: Int32, flags: Int32, mode: mode_t) -> Int32 {
        Glibc.openat(folder, name, flags, mode)
    }

    package func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    package func lock(_ descriptor: Int32) -> Int32 { lockFile(descriptor, LOCK_EX | LOCK_NB) }

    package func unlock(_ descriptor: Int32) { _ = lockFile(descriptor, LOCK_UN) }

    package func status(_ descriptor: Int32, _ status: inout stat) -> Int32 {
        Glibc.fstat(descriptor, &status)
    }

    package func read(
        _ descriptor: Int32,
        _ into: UnsafeMutableRawBufferPointer,
        at offset: Int
    ) -> Int {
        Glibc.pread(descriptor, into.baseAddress, into.count, offset)
    }

    package func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at: Int) -> Int {
        Glibc.pwrite(descriptor, bytes.baseAddress, bytes.count, at)
    }

    package func allocate(_ descriptor: Int32, bytes: Int) -> Int32 {
        Glibc.posix_fallocate(descriptor, 0, bytes)
    }

    package func truncate(_ descriptor: Int32, to size: Int) -> Int32 {
        Glibc.ftruncate(descriptor, size)
    }

    package func sync(_ descriptor: Int32) -> Int32 { Glibc.fsync(descriptor) }

    package func syncData(_ descriptor: Int32) -> Int32 { Glibc.fdatasync(descriptor) }

    package func markShipped(_ descriptor: Int32, at seconds: Int64) -> Int32 {
        let time = timespec(tv_sec: Int(seconds), tv_nsec: 0)
        // The time first: a read-only file with another time would be kept too short.
        guard Glibc.futimens(descriptor, [time, time]) == 0 else { return -1 }
        return Glibc.fchmod(descriptor, 0o400)
    }

    package func names(in folder: Int32) -> [String]? {
        // A descriptor of its own: closedir closes it, and reading moves its offset.
        let own = Glibc.openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { return nil }
        guard let stream = fdopendir(own) else {
            _ = Glibc.close(own)
            return nil
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
        return errno == 0 ? names : nil
    }

    package func rename(_ old: String, to new: String, in folder: Int32) -> Int32 {
        Glibc.renameat(folder, old, folder, new)
    }

    package func remove(_ name: String, in folder: Int32) -> Int32 {
        Glibc.unlinkat(folder, name, 0)
    }
}

/// `flock`, which inside of a type would be taken for the structure of that name.
private func lockFile(_ descriptor: Int32, _ operation: Int32) -> Int32 {
    flock(descriptor, operation)
}
