import Foundation
import JSONSchema
import Testing

/// The public JSON-Schema-Test-Suite, draft 2020-12.
struct ConformanceTests {
    private static let folder: URL = {
        let root = URL(filePath: #filePath, directoryHint: .notDirectory)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment
        let folder =
            environment["TOUCHLINE_CONFORMANCE"].map { URL(filePath: $0, relativeTo: root) }
            ?? root.appending(path: "../shared/conformance")
        return folder.appending(path: "json-schema").standardizedFileURL
    }()

    /// Present, or demanded: under `CI=true` a missing folder fails.
    static var runs: Bool {
        FileManager.default.fileExists(atPath: folder.path)
            || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    /// Numbers beyond 64 bits, which no document that reaches a schema has.
    private static let numbersBeyond64Bits: Set<String> = [
        "optional/bignum.json: integer: a bignum is an integer",
        "optional/bignum.json: integer: a negative bignum is an integer",
        "optional/bignum.json: minimum integer comparison: "
            + "comparison works for very negative numbers",
    ]

    @Test(
        "every required case passes, and every optional one without numbers beyond 64 bits",
        .enabled(if: runs, "no json-schema/ cases: set TOUCHLINE_CONFORMANCE to their folder"),
        arguments: [
            (folder: "", least: 1016), (folder: "optional/", least: 116),
            (folder: "optional/format/", least: 531),
        ]
    )
    func cases(folder: String, least: Int) throws {
        let remotes = try Self.remotes()
        var failed: Set<String> = []
        var count = 0
        for file in try Self.files(under: "tests/\(folder)") where !file.contains("/") {
            for group in try Self.groups(in: "tests/\(folder)\(file)") {
                for test in group["tests"]?.elements ?? [] {
                    let names = [folder + file, group, test].map { part in
                        (part as? RawJSON)?["description"]?.string ?? part as? String ?? ""
                    }
                    count += 1
                    if !Self.passes(test, of: group, remotes, isFormat: folder.hasSuffix("format/"))
                    {
                        failed.insert(names.joined(separator: ": "))
                    }
                }
            }
        }
        let kind = folder.isEmpty ? "required" : folder
        print("JSON Schema conformance: \(kind): \(count - failed.count) of \(count) cases pass")
        #expect(failed == Self.numbersBeyond64Bits.filter { _ in folder == "optional/" })
        #expect(count >= least, "the folder has fewer cases than it had")
    }

    private static func passes(
        _ test: RawJSON,
        of group: RawJSON,
        _ remotes: [SchemaText],
        isFormat: Bool
    ) -> Bool {
        guard let schema = group["schema"], let data = test["data"], let valid = test["valid"]
        else {
            return false
        }
        do {
            let text = SchemaText(file: "schema.json", text: String(schema.text))
            let library = try SchemaLibrary(remotes + [text])
            let schema = try library.compile("schema.json", formatIsAssertion: isFormat)
            let failure = try failure(of: String(data.text), by: schema)
            return (failure == nil) == (valid.text == "true")
        } catch {
            print(error)
            return false
        }
    }

    private static func groups(in path: String) throws -> [RawJSON] {
        let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        return try #require(RawJSON(text)).elements
    }

    /// The files that schemas refer to, under the URIs that the suite gives them.
    private static func remotes() throws -> [SchemaText] {
        try files(under: "remotes").filter { $0.hasPrefix("draft20") }.map { path in
            let file = folder.appending(path: "remotes/\(path)")
            let text = try String(contentsOf: file, encoding: .utf8)
            return SchemaText(file: path, text: text, uri: "http://localhost:1234/\(path)")
        }
    }

    private static func files(under path: String) throws -> [String] {
        let below = FileManager.default.enumerator(atPath: folder.appending(path: path).path)
        return try #require(below).compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }
            .sorted()
    }
}
