import Foundation

@testable import PolicyFiles

/// A folder of its own for a test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "tl-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path(percentEncoded: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    var policies: PolicyFolder { PolicyFolder(path: path) }

    func write(_ file: String, _ text: String) throws {
        try write(bytes: Data(text.utf8), file)
    }

    func write(bytes: Data, _ file: String) throws {
        let url = URL(filePath: "\(path)/\(file)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try bytes.write(to: url)
    }

    func link(_ file: String, to target: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: "\(path)/\(file)").deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/\(file)",
            withDestinationPath: target
        )
    }
}
