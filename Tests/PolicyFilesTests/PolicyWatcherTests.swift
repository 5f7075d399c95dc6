import Foundation
import PolicyEngine
import Testing

@testable import PolicyFiles

@Suite("Watching policies")
struct PolicyWatcherTests {
    @Test("an edit is told soon, a broken one with its place, its mending too")
    func edits() async throws {
        let folder = try TemporaryFolder()
        try folder.write("bundle.yaml", Self.bundle)
        try folder.write("schemas/message.json", "{}")
        let loaded = try folder.policies.load().get()
        let (told, continuation) = AsyncStream.makeStream(of: Report.self)
        let watcher = PolicyWatcher(folder.policies, loaded: loaded, interval: 0.05) { result in
            switch result {
            case .success(let bundle): continuation.yield(Report("rules: \(bundle.rules.count)"))
            case .failure(let errors): continuation.yield(Report("\(errors)"))
            }
        }
        defer { watcher.stop() }
        var reports = told.makeAsyncIterator()

        let start = ContinuousClock.now
        try folder.write("rules/10-a.yaml", Self.rule)
        let first = try #require(await reports.next())
        #expect(first.text == "rules: 1")
        // Two looks, and room for a busy machine.
        #expect(first.at - start < .seconds(2))

        try folder.write("rules/10-a.yaml", Self.rule + "    sayy: x\n")
        let broken = try #require(await reports.next()).text
        #expect(broken.contains("rules/10-a.yaml:5:5: unknown key 'sayy' (did you mean 'say'?)"))

        try folder.write("rules/10-a.yaml", Self.rule)
        #expect(await reports.next()?.text == "rules: 1")

        try FileManager.default.removeItem(atPath: folder.path + "/rules/10-a.yaml")
        #expect(await reports.next()?.text == "rules: 0")
    }

    @Test("files written again without change are not told of; after stop nothing is")
    func quiet() async throws {
        let folder = try TemporaryFolder()
        try folder.write("bundle.yaml", Self.bundle)
        try folder.write("schemas/message.json", "{}")
        let loaded = try folder.policies.load().get()
        let (told, continuation) = AsyncStream.makeStream(of: Void.self)
        let watcher = PolicyWatcher(folder.policies, loaded: loaded, interval: 0.02) { _ in
            continuation.yield()
        }
        try folder.write("bundle.yaml", Self.bundle)
        try folder.write("schemas/message.json", "{}")
        try await Task.sleep(for: .milliseconds(300))
        watcher.stop()
        try folder.write("bundle.yaml", "broken")
        try await Task.sleep(for: .milliseconds(100))
        continuation.finish()
        var count = 0
        for await _ in told { count += 1 }
        #expect(count == 0)
    }

    @Test("an edit made between loading and watching is seen")
    func gap() async throws {
        let folder = try TemporaryFolder()
        try folder.write("bundle.yaml", Self.bundle)
        try folder.write("schemas/message.json", "{}")
        let loaded = try folder.policies.load().get()
        try folder.write("rules/10-a.yaml", Self.rule)
        let (told, continuation) = AsyncStream.makeStream(of: Int.self)
        let watcher = PolicyWatcher(folder.policies, loaded: loaded, interval: 0.02) { result in
            continuation.yield((try? result.get().rules.count) ?? -1)
        }
        defer { watcher.stop() }
        var reports = told.makeAsyncIterator()
        #expect(await reports.next() == 1)
    }

    /// What the watcher told, and when.
    private struct Report: Sendable {
        let text: String
        let at = ContinuousClock.now

        init(_ text: String) {
            self.text = text
        }
    }

    private static let bundle = """
        name: test
        channels: [{match: "*", kind: any}]
        messages: {message: {schema: message}}
        """

    private static let rule = """
        rules:
          - id: a
            on: message
            then: {disposition: block}

        """
}
