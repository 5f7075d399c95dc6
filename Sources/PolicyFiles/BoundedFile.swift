import Foundation
import PolicyEngine

/// Reads regular files of bounded size that lie within one folder.
enum BoundedFile {
    /// Why a file isn't read.
    struct Refusal: Error {
        let message: String
    }

    /// The bytes of the file at `path`; `root` is the folder's real path.
    static func bytes(
        of path: String,
        within root: String,
        bytesMax: Int = BundleLayout.fileBytesMax
    ) throws(Refusal) -> [UInt8] {
        guard let real = realPath(path) else { throw Refusal(message: reason(errno)) }
        guard real.hasPrefix(root == "/" ? "/" : "\(root)/") else {
            throw Refusal(message: "the link leads out of the folder")
        }
        // Neither a link put there since, nor a pipe without a writer, shall hold us up.
        let descriptor = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw Refusal(message: reason(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Refusal(message: reason(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Refusal(message: "not a regular file")
        }
        return try contents(of: descriptor, bytesMax)
    }

    /// The path without links, or nil with `errno`.
    static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func reason(_ code: Int32) -> String {
        String(cString: strerror(code))
    }

    private static func contents(
        of descriptor: Int32,
        _ bytesMax: Int
    ) throws(Refusal) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Refusal(message: reason(errno)) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= bytesMax else {
                throw Refusal(message: "the file has over \(bytesMax) bytes")
            }
        }
    }
}
