import Foundation
import PolicyEngine
import PolicyFiles
import Testing

@testable import touchline

@Suite("Policies as the record keeps them")
struct RecordedPoliciesTests {
    private static let files = [
        "bundle.yaml": """
        name: recorded
        channels: [{match: "club:*", kind: team}]
        messages: {message: {schema: message}}
        """,
        "schemas/message.json": #"{"type": "object"}"#,
        "rules/10-words.yaml": """
        rules:
          - {id: words, on: message, match: {any: [{pattern: 'gr[ae]y\\d+'}]}, then: {disposition: block}}
        """,
    ]

    @Test("they are compiled once: the next time the kept patterns serve")
    func patterns() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let recorded = String(decoding: try JSONEncoder().encode(Self.files), as: UTF8.self)
        let store = CompiledPatterns(folder: folder)
        let first = try RecordedPolicies.load(recorded, of: nil, store).get()
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!kept.isEmpty)
        // Whatever was compiled anew would be a new file.
        let inodes = try kept.map { try Self.inode("\(folder)/\($0)") }
        #expect(!inodes.contains(nil))
        let second = try RecordedPolicies.load(recorded, of: nil, store).get()
        #expect(try kept.map { try Self.inode("\(folder)/\($0)") } == inodes)
        #expect(first.digest == second.digest)
        let again = try RecordedPolicies.load(recorded, of: first.digest, nil).get()
        #expect(again.digest == first.digest)
        let other = RecordedPolicies.load(recorded, of: Array(first.digest.reversed()), nil)
        #expect(throws: BundleErrors.self) { try other.get() }
    }

    private static func inode(_ path: String) throws -> UInt64? {
        try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
    }
}
