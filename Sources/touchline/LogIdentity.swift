import AuditLog
import AuditStore
import Foundation

/// Who a journal is: made at the first start, kept beside its segments, never copied to another hub.
struct LogIdentity: Codable {
    /// Number of the log in the database.
    var log: Int32
    /// Canonical UUID; the database refuses another journal under the same number.
    var origin: String
    /// The highest fence that this journal was given.
    var fence: Int32

    /// Reads the identity of a journal folder, or makes one where no segment is.
    ///
    /// - Parameter held: the folder, so that nobody else makes one.
    /// - Throws: when the file is there and is not an identity, or is gone and segments are there;
    ///   nothing is overwritten.
    static func load(folder: String, _ held: HeldJournal) throws -> LogIdentity {
        guard FileManager.default.fileExists(atPath: file(folder)) else {
            let header: JournalHeader?
            do {
                header = try held.newestHeader()
            } catch {
                throw RecordStart.fault(error)
            }
            if let header {
                let lost = LogIdentity(
                    log: header.log,
                    origin: header.origin.description,
                    fence: header.fence
                )
                throw CommandFault(
                    """
                    \(file(folder)) is gone, and there are segments of log \(lost.log), origin \
                    \(lost.origin). Nothing was changed. Restore the file from a backup, or write it \
                    anew, with mode 0600 and this line:
                      \(String(decoding: try lost.encoded, as: UTF8.self))
                    To begin another log instead: touchline audit new-log.
                    """
                )
            }
            var generator = SystemRandomNumberGenerator()
            let fresh = LogIdentity(
                log: 1,
                origin: UUID16.random(using: &generator).description,
                fence: 0
            )
            try fresh.save(folder: folder)
            return fresh
        }
        return try read(folder: folder)
    }

    /// Reads the identity of a journal folder that has one.
    static func read(folder: String) throws -> LogIdentity {
        do {
            let data = try Data(contentsOf: URL(filePath: file(folder)))
            return try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw CommandFault(
                """
                \(file(folder)) does not say which log this is: \(error.localizedDescription) \
                Restore it from a backup, or begin a new log: touchline audit new-log.
                """
            )
        }
    }

    /// Writes it to a new file, renames that into place, and makes both durable: a journal without it
    /// belongs to nobody.
    func save(folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        try PrivateFile.write(Array(encoded), to: Self.file(folder))
    }

    private var encoded: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return try encoder.encode(self)
        }
    }

    private static func file(_ folder: String) -> String { folder + "/identity.json" }
}
