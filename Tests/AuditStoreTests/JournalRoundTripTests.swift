import AuditLog
import AuditStore
import Foundation
import Testing

@Suite struct JournalRoundTripTests {
    @Test("random batches read back in order, through restarts and roll-overs", arguments: 0..<6)
    func random(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let sandbox = JournalSandbox(segmentBytes: 3000)
        var writer = try JournalWriter(sandbox.configuration)
        for step in 0..<60 {
            // One in eight batches is larger than a segment.
            let large = Int.random(in: 0..<8, using: &generator) == 0
            try sandbox.commit(
                writer,
                events: Int.random(in: 1...4, using: &generator),
                bodyBytes: Int.random(in: 0...(large ? 4000 : 200), using: &generator)
            )
            if step % 13 == 12 {
                if seed % 2 == 0 { try writer.close() }
                writer = try reopened(writer, sandbox)
                #expect(writer.recovery.cutFile == nil)
            }
        }
        let mark = writer.durable.current
        let bytesMax = Int.random(in: 1...20_000, using: &generator)
        let written = sandbox.batches.flatMap { $0 }
        #expect(sandbox.segments.count > 10)
        #expect(try sandbox.read(upTo: mark, bytesMax: bytesMax) == written)
        #expect(mark.lastSeq == Int64(written.count / 3))
    }

    @Test("a reader that starts after any event gets the batch that holds the next one")
    func seeking() throws {
        let sandbox = JournalSandbox(segmentBytes: 2000)
        let writer = try JournalWriter(sandbox.configuration)
        for count in [1, 3, 2, 1, 4, 1, 1] { try sandbox.commit(writer, events: count) }
        let mark = writer.durable.current
        for seq in 0...mark.lastSeq {
            var skipped = 0
            var rest = sandbox.batches[...]
            while let batch = rest.first, skipped + batch.count / 3 <= Int(seq) {
                skipped += batch.count / 3
                rest.removeFirst()
            }
            #expect(try sandbox.read(after: seq, upTo: mark) == rest.flatMap { $0 })
        }
        #expect(throws: JournalError.behind(seq: mark.lastSeq + 1, last: mark.lastSeq)) {
            try sandbox.read(after: mark.lastSeq + 1, upTo: mark)
        }
        try FileManager.default.removeItem(atPath: sandbox.folder + "/" + sandbox.segments[0])
        #expect(throws: JournalError.self) { try sandbox.read(after: 0, upTo: mark) }
    }

    @Test("a reader that runs beside the writer sees what is durable and no more")
    func following() throws {
        let sandbox = JournalSandbox(segmentBytes: 2000)
        let writer = try JournalWriter(sandbox.configuration)
        let reader = try JournalReader(folder: sandbox.folder, log: 1)
        try reader.seek(after: 0, upTo: writer.durable.current)
        #expect(try reader.next(upTo: writer.durable.current, bytesMax: 1) == nil)
        for _ in 0..<20 {
            let before = writer.durable.current
            try sandbox.commit(writer, events: 2)
            #expect(try reader.next(upTo: before, bytesMax: 1 << 20) == nil)
            let chunk = try #require(try reader.next(upTo: writer.durable.current, bytesMax: 1))
            #expect(chunk.records.count == sandbox.batches.last?.count)
            #expect(chunk.end == writer.durable.current)
        }
    }

    @Test("files are for their owner alone, segments preallocated, a closed one cut to its records")
    func filesOnDisk() throws {
        let sandbox = JournalSandbox(segmentBytes: 10_000)
        let writer = try JournalWriter(sandbox.configuration)
        try sandbox.commit(writer, events: 1)
        let name = sandbox.segments[0]
        #expect(name == "1-00000000000000000001.journal")
        #expect(try sandbox.contents(name).count == 10_000)
        let attributes = try FileManager.default.attributesOfItem(
            atPath: sandbox.folder + "/" + name
        )
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let folder = try FileManager.default.attributesOfItem(atPath: sandbox.folder)
        #expect(folder[.posixPermissions] as? Int == 0o700)
        try writer.close()
        #expect(try sandbox.contents(name).count == writer.durable.current.position.offset)
        var batch = writer.newBatch()
        _ = sandbox.fill(&batch, events: 1)
        #expect(throws: JournalError.dead) { try writer.commit(&batch) }
    }

    @Test("the independent reader agrees on the golden vectors and on written segments")
    func python() throws {
        let vectors = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors")
        let script = vectors.appending(path: "read_record.py").path
        let rows = vectors.appending(path: "record/rows.json").path
        #expect(try run(script, ["vectors", rows]).contains("vectors agree"))

        let sandbox = JournalSandbox(segmentBytes: 3000)
        let writer = try JournalWriter(sandbox.configuration)
        for count in 1...6 { try sandbox.commit(writer, events: count) }
        let files = sandbox.segments.map { sandbox.folder + "/" + $0 }
        #expect(files.count > 2)
        let events = sandbox.batches.flatMap { $0 }.filter { $0.type == .event }
        let expected = events.enumerated().map { index, event in
            let leaf = event.body.withUnsafeBytes { TreeHash(leafOf: $0).bytes }
            return "\(index + 1) "
                + leaf.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let leaves = try run(script, ["leaves"] + files)
        #expect(leaves.split(separator: "\n").map(String.init) == expected)
        let lines = try run(script, ["journal"] + files).split(separator: "\n")
        #expect(lines.count == files.count + sandbox.batches.flatMap { $0 }.count)
    }

    private func run(_ script: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-B", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}

/// Ends a writer and opens the next generation's.
func reopened(
    _ writer: JournalWriter,
    _ sandbox: JournalSandbox
) throws -> JournalWriter {
    writer.abandon()
    sandbox.configuration.fence += 1
    return try JournalWriter(sandbox.configuration)
}
