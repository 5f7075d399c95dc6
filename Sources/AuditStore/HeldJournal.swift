package import AuditLog
import Glibc

/// A journal's folder, taken before anything is known of its log; no other process can use it
/// meanwhile.
package final class HeldJournal {
    private let folder: JournalFolder
    let lock: JournalLock

    /// Takes the folder, and makes it when its parent exists.
    ///
    /// - Throws: `locked` while a hub runs on it.
    package init(folder path: String) throws(JournalError) {
        folder = try JournalFolder(path: path, log: 0, create: true)
        lock = try folder.lock()
    }

    /// What the newest segment says of its log; nil when there is none.
    ///
    /// - Throws: `foreign` or `damaged` when it isn't one.
    package func newestHeader() throws(JournalError) -> JournalHeader? {
        var newest: (name: String, firstSeq: Int64)?
        for name in try folder.names() where name.hasSuffix(JournalFormat.fileSuffix) {
            guard let parsed = JournalFormat.parse(fileName: name) else {
                throw .foreign(file: folder.path + "/" + name, why: "not a segment's name")
            }
            if parsed.firstSeq >= newest?.firstSeq ?? 0 { newest = (name, parsed.firstSeq) }
        }
        guard let newest else { return nil }
        return try JournalFile(in: folder, name: newest.name, flags: O_RDONLY).header()
    }

    /// Moves every segment, of whatever log, and then the identity into `aside/<name>`; what is there
    /// already stays. After a crash it can be called again.
    ///
    /// - Parameter name: of the folder below `aside`; nil when the identity can't be read.
    /// - Returns: the folder; nil when there was nothing to move.
    package func move(name: String?) throws(JournalError) -> String? {
        let names = try folder.names().filter { name in
            name.hasSuffix(JournalFormat.fileSuffix) || name == Self.identity
        }
        if names.isEmpty { return nil }
        let aside = folder.path + "/aside"
        let target = try freeFolder(in: aside, name ?? "log-unknown")
        // The identity last: without it nothing tells whose the rest is.
        let segments = names.filter { $0 != Self.identity }.sorted()
        for name in segments + names.filter({ $0 == Self.identity }) {
            let (from, to) = (folder.path + "/" + name, target + "/" + name)
            guard rename(from, to) == 0 else {
                throw .system(file: from, call: "rename", errno: errno)
            }
        }
        for path in [target, aside] {
            try JournalFolder(path: path, log: 0, create: false).sync()
        }
        try folder.sync()
        return target
    }

    /// Makes a folder that isn't there yet: an older one of the same name is left alone.
    private func freeFolder(in aside: String, _ name: String) throws(JournalError) -> String {
        _ = mkdir(aside, 0o700)
        for number in 1...1000 {
            let path = aside + "/" + name + (number == 1 ? "" : "-\(number)")
            if mkdir(path, 0o700) == 0 { return path }
            guard errno == EEXIST else { throw .system(file: path, call: "mkdir", errno: errno) }
        }
        throw .system(file: aside, call: "mkdir", errno: EEXIST)
    }

    private static let identity = "identity.json"
}
