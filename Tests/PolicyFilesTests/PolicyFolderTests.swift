import Foundation
import PolicyEngine
import Testing

@testable import PolicyFiles

@Suite("Policy folders")
struct PolicyFolderTests {
    @Test("the bundle that comes with the hub loads")
    func ownPolicies() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: "Policies").path(percentEncoded: false)
        let bundle = try PolicyFolder(path: path).load().get()
        #expect(bundle.rules.count > 5)
        #expect(bundle.kind(ofChannel: "club:demo:u14") == "youth")
        #expect(bundle.slowPatternCount == 0)
    }

    @Test("known files are read, backups and hidden files passed over")
    func reading() throws {
        let folder = try TemporaryFolder()
        try folder.write("bundle.yaml", "a")
        try folder.write("rules/10-a.yaml", "b")
        try folder.write("rules/.10-a.yaml.swp", "x")
        try folder.write("lists/w.yaml~", "x")
        try folder.write("README.md", "x")
        let source = try folder.policies.read().get()
        #expect(source.files.map(\.path) == ["bundle.yaml", "rules/10-a.yaml"])
        #expect(source.files.map(\.text) == ["a", "b"])
    }

    @Test("what has no place in a bundle is told of, all at once")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let outside = try TemporaryFolder()
        try outside.write("secret.yaml", "x")
        try folder.write("bundle.yaml", "name: \u{e9}\nb")
        try folder.write("notes.txt", "x")
        try folder.write("rules/deep/x.yaml", "x")
        try folder.write("rules/10-big.yaml", String(repeating: "x", count: (1 << 20) + 1))
        try folder.write(
            bytes: Data("ok\nb\u{FF}d".unicodeScalars.map { UInt8($0.value) }),
            "lists/bad.yaml"
        )
        try folder.link("lists/out.yaml", to: outside.path + "/secret.yaml")
        try folder.link("lists/gone.yaml", to: "nowhere")
        try folder.link("lists/in.yaml", to: "../bundle.yaml")
        #expect(mkfifo(folder.path + "/lists/pipe.yaml", 0o600) == 0)
        guard case .failure(let errors) = folder.policies.read() else {
            Issue.record("the folder was read")
            return
        }
        let noPart =
            "not part of a bundle: it has bundle.yaml, rules/<name>.yaml, "
            + "rules/<name>.test.yaml, lists/<name>.yaml and schemas/<name>.json"
        let said = "\(errors)".replacing(folder.path, with: "P").split(separator: "\n")
        #expect(
            said.map(String.init) == [
                "P/lists/bad.yaml: line 2 is not valid UTF-8",
                "P/lists/gone.yaml: No such file or directory",
                "P/lists/out.yaml: the link leads out of the folder",
                "P/lists/pipe.yaml: not a regular file",
                "P/notes.txt: \(noPart)",
                "P/rules/10-big.yaml: the file has over 1048576 bytes",
                "P/rules/deep: \(noPart)",
            ]
        )
    }

    @Test("a corpus is read by lines; what is no text file is told of, no corpus is none")
    func corpus() throws {
        let folder = try TemporaryFolder()
        #expect(try folder.policies.readCorpus().get().messages.isEmpty)
        try folder.write("corpus/b.txt", "one\n\ntwo\n")
        try folder.write("corpus/a.txt", "zero")
        let messages = try folder.policies.readCorpus().get().messages
        #expect(messages.map(\.text) == ["zero", "one", "two"])
        #expect(messages.last?.file == "\(folder.path)/corpus/b.txt")
        #expect(messages.map(\.line) == [1, 1, 3])
        try folder.write("corpus/c.csv", "x")
        try folder.write(bytes: Data([0x61, 0xFF]), "corpus/d.txt")
        guard case .failure(let errors) = folder.policies.readCorpus() else {
            Issue.record("the corpus was read")
            return
        }
        #expect(
            errors.diagnostics.map { "\($0)".replacing(folder.path, with: "P") } == [
                "P/corpus/c.csv: not part of a corpus: it has corpus/<name>.txt",
                "P/corpus/d.txt: line 1 is not valid UTF-8",
            ]
        )
    }

    @Test("a file of 1 GB is refused by its name")
    func huge() throws {
        let folder = try TemporaryFolder()
        try folder.write("bundle.yaml", "name: a")
        try folder.write("lists/huge.yaml", "terms:\n")
        #expect(truncate(folder.path + "/lists/huge.yaml", 1 << 30) == 0)
        guard case .failure(let errors) = folder.policies.load() else {
            Issue.record("it was loaded")
            return
        }
        #expect(
            "\(errors)".replacing(folder.path, with: "P")
                == "P/lists/huge.yaml: the file has over 1048576 bytes"
        )
    }

    @Test("a folder that isn't there is told of")
    func missing() {
        guard case .failure(let errors) = PolicyFolder(path: "/nowhere/policies/").load() else {
            Issue.record("it was read")
            return
        }
        #expect("\(errors)" == "/nowhere/policies: No such file or directory")
    }

    @Test("diagnostics name the file as the operator does")
    func display() throws {
        let folder = try TemporaryFolder()
        try folder.write("bundle.yaml", "nam: x")
        guard case .failure(let errors) = folder.policies.load() else {
            Issue.record("it was loaded")
            return
        }
        #expect("\(errors)".hasPrefix("\(folder.path)/bundle.yaml:1:1: "))
    }
}
