import ContentMatching
import Foundation

/// A folder that keeps compiled patterns from one start to the next: each in a file of its own, mode
/// 0600, that can be deleted at any time.
///
/// What lies there decides what a hub finds in texts, so nobody else may write there: a folder or a
/// file of somebody else, or that others may write to, is passed over.
package struct CompiledPatterns: DatabaseStore {
    private let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    package func database(named name: String) -> [UInt8]? {
        guard isOurs(folder), isOurs(path(name)) else { return nil }
        return try? BoundedFile.bytes(
            of: path(name),
            within: BoundedFile.realPath(folder) ?? folder,
            bytesMax: Self.fileBytesMax
        )
    }

    package func keep(_ database: [UInt8], named name: String) {
        guard database.count <= Self.fileBytesMax else { return }
        let files = FileManager.default
        let privately = [FileAttributeKey.posixPermissions: 0o700]
        if !files.fileExists(atPath: folder) {
            try? files.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: privately
            )
        }
        guard isOurs(folder) else { return }
        removeOldest()
        // Whoever reads sees the old file or the new one, whole.
        let draft = "\(path(name)).\(getpid()).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let isWritten = write(database, to: descriptor)
        close(descriptor)
        if !isWritten || rename(draft, path(name)) != 0 { unlink(draft) }
    }

    private func path(_ name: String) -> String { "\(folder)/\(name).\(Self.ending)" }

    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    /// Whether it is this user's, and nobody else may write to it.
    private func isOurs(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return status.st_uid == geteuid() && status.st_mode & 0o022 == 0
    }

    /// Makes room: of many files the oldest go, which no bundle of late has used.
    private func removeOldest() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let files = names.filter { $0.hasSuffix(".\(Self.ending)") }.map { name in
            var status = stat()
            _ = stat("\(folder)/\(name)", &status)
            return (name: name, written: status.st_mtim.tv_sec)
        }
        guard files.count >= Self.filesMax else { return }
        for file in files.sorted(by: { $0.written < $1.written }).prefix(
            files.count - Self.filesMax + 1
        ) {
            unlink("\(folder)/\(file.name)")
        }
    }

    private static let ending = "patterns"
    /// A bundle has a few.
    private static let filesMax = 50
    /// What thousands of patterns take.
    private static let fileBytesMax = 64 << 20
}
