import Foundation

/// The certificate and key files of a configuration, looked at again and again.
struct WatchedFiles {
    private let paths: [String]
    /// As they were when they were last read.
    private var known: [Stamp?]
    private var previous: [Stamp?]

    init(_ configuration: Configuration) {
        let tls = configuration.hub.tls
        paths =
            [tls?.certificate, tls?.key].compactMap { $0 }
            + configuration.issuers.flatMap(\.keys).map(\.path)
        known = paths.map(Stamp.init(path:))
        previous = known
    }

    /// Looks at the files.
    ///
    /// - Returns: true once after a change, when the files have stood still from one look to the
    ///   next, so that a half-written one is not read.
    mutating func haveChanged() -> Bool {
        let current = paths.map(Stamp.init(path:))
        defer { previous = current }
        guard current != known, current == previous else { return false }
        known = current
        return true
    }

    /// What tells one state of a file from another; links are followed.
    private struct Stamp: Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int

        init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }
}
