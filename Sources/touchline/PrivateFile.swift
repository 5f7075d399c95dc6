import Foundation

/// Files that only their owner reads.
enum PrivateFile {
    /// Writes a file with mode 0600 under another name and renames it, so that a crash leaves
    /// either the old file or the new one, whole.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFault) {
        let fresh = path + ".new"
        unlink(fresh)
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault("\(fresh) cannot be made") }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                close(descriptor)
                throw fault("\(fresh) cannot be written")
            }
            rest = rest.dropFirst(count)
        }
        let synced = fsync(descriptor)
        close(descriptor)
        guard synced == 0, rename(fresh, path) == 0 else {
            throw fault("\(path) cannot be written")
        }
        try syncFolder(of: path)
    }

    /// Makes the name of a file durable.
    private static func syncFolder(of path: String) throws(CommandFault) {
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("\(folder) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault("\(folder) cannot be synced") }
    }

    /// Makes a folder, and those above it; one that is there already stays as it is.
    static func makeFolder(_ path: String, mode: mode_t) throws(CommandFault) {
        let parent = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        if access(parent, F_OK) != 0, parent != path {
            try makeFolder(parent.count > 1 ? String(parent.trimmingSlash) : parent, mode: 0o755)
        }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw fault("no folder \(path)") }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            throw CommandFault("\(path) is in the way: it is no folder.")
        }
    }

    private static func fault(_ what: String) -> CommandFault {
        CommandFault("\(what): \(String(cString: strerror(errno))).")
    }
}

extension String {
    fileprivate var trimmingSlash: Substring { hasSuffix("/") ? dropLast() : self[...] }
}
