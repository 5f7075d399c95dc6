import Foundation

/// The package as it lies on disk, for the tests of its architecture.
enum House {
    /// The package's root, found from where this file was compiled.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The floor of every module of the package: an import runs strictly downward.
    static let floors: [String: Int] = [
        "touchline": 4,
        "HubServer": 3, "Console": 3, "AuditStore": 3, "PolicyFiles": 3,
        "HubCore": 2,
        "Handshake": 1, "PolicyEngine": 1, "AuditLog": 1,
        "CEL": 0, "JSONSchema": 0, "ContentMatching": 0, "Outcomes": 0,
        "WebSocketFrames": 1,
        "JSONDocument": -1, "Spelling": -1,
        "CSimdjson": -2, "CHyperscan": -2, "CRE2": -2, "CUnicode": -2, "CPostgres": -2,
        "CChecksum": -2,
    ]

    /// A text file of the package.
    struct File: CustomStringConvertible {
        /// The path from the package's root.
        let path: String
        let lines: [Substring]

        var name: String { String(path.split(separator: "/").last ?? "") }
        var description: String { path }

        /// The module that the file belongs to, when it lies under `Sources`.
        var module: String? {
            let parts = path.split(separator: "/")
            return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
        }
    }

    /// The names of the folders under `Sources`.
    static func modules() throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: root.appending(path: "Sources").path(percentEncoded: false)
        ).sorted()
    }

    /// The files below folders (or at paths) of the package, with one of the given endings.
    static func files(under folders: [String], endings: Set<String>) throws -> [File] {
        let paths = folders.flatMap(paths(under:))
        return try paths.filter { path in endings.contains { path.hasSuffix($0) } }.sorted().map {
            let text = String(
                decoding: try Data(contentsOf: root.appending(path: $0)),
                as: UTF8.self
            )
            return File(
                path: $0,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false)
            )
        }
    }

    /// The module that a line of Swift imports, or nil when it imports nothing.
    static func importedModule(_ line: Substring) -> String? {
        var words = line.split { $0 == " " || $0 == "\t" }
        while let word = words.first, word.hasPrefix("@") || accessLevels.contains(word) {
            words.removeFirst()
        }
        guard words.count > 1, words[0] == "import" else { return nil }
        let path = importKinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return path.split { $0 == "." || $0 == ";" }.first.map(String.init)
    }

    /// The files below a folder, or the path itself when it is a file; none when nothing is there.
    private static func paths(under path: String) -> [String] {
        let absolute = root.appending(path: path).path(percentEncoded: false)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: absolute, isDirectory: &isFolder) else {
            return []
        }
        guard isFolder.boolValue else { return [path] }
        let below = FileManager.default.enumerator(atPath: absolute)
        return (below?.compactMap { $0 as? String } ?? []).map { "\(path)/\($0)" }
    }

    private static let accessLevels: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private",
    ]
    private static let importKinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
    ]
}
