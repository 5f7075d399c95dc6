import AuditLog
import AuditStore
import Outcomes
import Testing

@testable import touchline

/// A small log as an export, and what its reader says of it.
struct ExportReaderTests {
    private let signer: NoteSigner
    private let lines: [[UInt8]]

    init() throws {
        let signer = try NoteSigner(name: "touchline/test", pem: NoteSigner.newKey())
        var text: [UInt8] = []
        var frontier = TreeFrontier()
        var writer = ExportWriter { text.append(contentsOf: $0) }
        try writer.begin(log: 1, origin: signer.name, after: frontier)
        for seq in 1...3 {
            let part = ContentPart(
                kind: .original,
                salt: Salt(high: UInt64(seq), low: 7),
                body: seq == 2 ? [0, 255] : Array("hello \(seq)".utf8)
            )
            var event = Event(
                log: 1,
                seq: Int64(seq),
                at: Int64(seq),
                kind: .message,
                stage: .done,
                disposition: .allow
            )
            event.contentHash = Commitment.contentHash(of: [part])
            var tuple: [UInt8] = []
            event.encode(into: &tuple)
            let leaf = tuple.withUnsafeBytes { TreeHash(leafOf: $0) }
            frontier.append(leaf)
            if seq == 3 {
                try writer.write(.absent(leaf: leaf))
            } else {
                try tuple.withUnsafeBytes { try writer.write(.event($0, leaf: leaf)) }
                try writer.write(.content(seq: Int64(seq), part))
            }
        }
        let checkpoint = Checkpoint(
            origin: signer.name,
            size: frontier.size,
            root: frontier.root
        )
        try writer.write(.checkpoint(signer.sign(checkpoint.text)))
        try writer.end(lastSeq: 3)
        self.signer = signer
        lines = text.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    /// What is wrong with an export of these lines; nil when it isn't even one of this log.
    private func findings(_ lines: [[UInt8]]) -> [String]? {
        try? report(lines).check.findings.map { "\($0)" }
    }

    private func report(_ lines: [[UInt8]]) throws -> VerifyReport {
        var reader = try lines[0].withUnsafeBytes { first in
            guard try ExportReader.origin(of: first) == signer.name else {
                throw ExportReader.NotAnExport()
            }
            return try ExportReader(first: first, keys: LogKeys(signer.verifier))
        }
        for line in lines.dropFirst() { line.withUnsafeBytes { reader.take($0) } }
        reader.finish()
        return VerifyReport(reader)
    }

    @Test("an export that nobody touched is whole")
    func whole() { #expect(findings(lines) == []) }

    @Test("an absent event is counted, and without its leaf it is no line of an export")
    func absent() throws {
        let place = try #require(
            lines.firstIndex { String(decoding: $0, as: UTF8.self).contains("absent") }
        )
        var forged = lines
        forged[place] = Array(#"{"absent":true}"#.utf8)
        #expect(
            findings(forged)?.first
                == "line \(place + 1) of the export was changed: it has no leaf"
        )
        #expect(try report(lines).extent == "2 events, 1 checkpoints, 1 absent, 2 contents")
    }

    @Test("an export without its checkpoints is not called whole")
    func unsigned() throws {
        let stripped = lines.filter { !String(decoding: $0, as: UTF8.self).contains("checkpoint") }
        #expect(try report(stripped).verdict == .unsigned)
        #expect(try report(lines).verdict == .whole)
        #expect(try report(stripped.dropLast()).verdict == .tampered)
    }

    @Test("whatever byte of whatever line is flipped, the reader finds something")
    func flips() {
        for index in lines.indices {
            for place in lines[index].indices {
                var changed = lines
                changed[index][place] ^= 1
                if findings(changed) == [] {
                    Issue.record("\(String(decoding: changed[index], as: UTF8.self))")
                }
            }
        }
    }

    @Test(
        "a member that an export doesn't have is refused",
        arguments: [#""note":"by hand","#, #""leaf":"","#, #""absent":false,"#]
    )
    func foreignMember(member: String) {
        for index in lines.indices {
            var changed = lines
            changed[index].insert(contentsOf: member.utf8, at: 1)
            #expect(findings(changed) != [], "\(String(decoding: changed[index], as: UTF8.self))")
        }
    }
}
