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

    /// Reads the identity of a journal folder, or makes one.
    ///
    /// - Throws: when the file is there and is not an identity; nothing is overwritten.
    static func load(folder: String) throws -> LogIdentity {
        let url = file(folder)
        guard FileManager.default.fileExists(atPath: url.path) else {
            var generator = SystemRandomNumberGenerator()
            let fresh = LogIdentity(
                log: 1,
                origin: UUID16.random(using: &generator).description,
                fence: 0
            )
            try fresh.save(folder: folder)
            return fresh
        }
        do {
            return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
        } catch {
            throw CommandFault(
                "\(url.path) does not say which log this is (\(error)). Restore it from a backup."
            )
        }
    }

    /// Writes it to a new file, then renames that into place.
    func save(folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try encoder.encode(self).write(to: Self.file(folder), options: .atomic)
    }

    private static func file(_ folder: String) -> URL {
        URL(filePath: folder).appending(path: "identity.json")
    }
}
