import CEL
import Foundation
import Testing

/// The language's public conformance cases.
struct ConformanceTests {
    private static let file: URL = {
        let root = URL(filePath: #filePath, directoryHint: .notDirectory)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment
        let folder =
            environment["TOUCHLINE_CONFORMANCE"].map { URL(filePath: $0, relativeTo: root) }
            ?? root.appending(path: "../shared/conformance")
        return folder.appending(path: "cel/cases.json").standardizedFileURL
    }()

    /// Wants a backslash of a literal in which there is none.
    private static let mislabelled =
        "parse/bytes_literals/triple_single_quoted_unescaped_punctuation"

    /// Present, or demanded: under `CI=true` a missing folder fails.
    static var runs: Bool {
        FileManager.default.fileExists(atPath: file.path)
            || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    @Test(
        "every conformance case but those for other tools passes",
        .enabled(if: runs, "no cel/ cases: set TOUCHLINE_CONFORMANCE to their folder")
    )
    func cases() throws {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file))
        let cases = try #require(json as? [[String: Any]]).map(ConformanceCase.init)
        var counts: [String: (passed: Int, all: Int)] = [:]
        for testCase in cases where testCase.file != "block_ext" {
            let failure = testCase.failure()
            if testCase.place == Self.mislabelled {
                #expect(failure != nil, "the case's defect is mended")
                continue
            }
            #expect(failure == nil, "\(testCase.place): \(testCase.source)")
            counts[testCase.file, default: (0, 0)].all += 1
            if failure == nil { counts[testCase.file, default: (0, 0)].passed += 1 }
        }
        for (file, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("CEL conformance: \(file): \(count.passed) of \(count.all)")
        }
        let passed = counts.values.reduce(0) { $0 + $1.passed }
        print(
            "CEL conformance: \(passed) of \(counts.values.reduce(0) { $0 + $1.all }) cases pass, one is defective"
        )
        #expect(passed >= 1_261, "the folder has fewer cases than it had")
    }
}
