import Foundation
import PolicyEngine

extension PolicyFolder {
    /// What tells, without reading the files, whether any of them may have changed.
    struct Fingerprint: Hashable {
        private var entries: [String: Entry] = [:]

        private struct Entry: Hashable {
            let device: UInt64
            let inode: UInt64
            let size: Int64
            let modified: [Int]
        }

        /// Looks at the folder now. A file that comes or goes meanwhile shows the next time.
        init(_ folder: PolicyFolder) {
            for name in [""] + BundleLayout.folders {
                let path = name.isEmpty ? folder.path : "\(folder.path)/\(name)"
                let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
                for file in names.sorted().prefix(BundleLayout.filesMax * 2) {
                    entries["\(path)/\(file)"] = Self.entry("\(path)/\(file)")
                }
            }
        }

        private static func entry(_ path: String) -> Entry? {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            return Entry(
                device: UInt64(status.st_dev),
                inode: UInt64(status.st_ino),
                size: Int64(status.st_size),
                modified: [
                    status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                    status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
                ]
            )
        }
    }
}
