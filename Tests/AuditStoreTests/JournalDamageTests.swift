import AuditLog
import AuditStore
import Foundation
import Glibc
import Testing

@Suite struct JournalDamageTests {
    /// Three batches, the last of them the only one in a segment of its own when `rolled`.
    private func written(segmentBytes: Int) throws -> (JournalSandbox, [JournalMark]) {
        let sandbox = JournalSandbox(segmentBytes: segmentBytes)
        let writer = try JournalWriter(sandbox.configuration)
        var marks: [JournalMark] = []
        for _ in 0..<3 {
            try sandbox.commit(writer, events: 1)
            marks.append(writer.durable.current)
        }
        writer.abandon()
        return (sandbox, marks)
    }

    @Test(
        "a crash at any byte of the last write leaves the batches before it, and a hub that goes on"
    )
    func torn() throws {
        let (sandbox, marks) = try written(segmentBytes: 4096)
        let name = try #require(sandbox.segments.first)
        let whole = try sandbox.contents(name)
        let (start, end) = (marks[1].position.offset, marks[2].position.offset)
        for written in start..<end {
            var bytes = whole
            for index in written..<end { bytes[index] = 0 }
            if bytes == whole { continue }
            try sandbox.replace(name, with: bytes)
            let writer = try JournalWriter(sandbox.configuration)
            #expect(writer.recovery.lastSeq == 2)
            let isDirty = bytes[start..<end].contains { $0 != 0 }
            #expect((writer.recovery.cutFile != nil) == isDirty)
            #expect(try sandbox.contents(name).count == start)
            var batch = writer.newBatch()
            let again = sandbox.fill(&batch, events: 1)
            try writer.commit(&batch)
            let expected = sandbox.batches[..<2].flatMap { $0 } + again
            #expect(try sandbox.read(upTo: writer.durable.current) == expected)
            writer.abandon()
            try FileManager.default.removeItem(atPath: sandbox.folder + "/" + sandbox.segments[1])
        }
    }

    @Test(
        "a bit flipped in any byte of a segment that another follows refuses, and changes nothing"
    )
    func flipped() throws {
        let (sandbox, _) = try written(segmentBytes: 1000)
        let name = try #require(sandbox.segments.first)
        #expect(sandbox.segments.count > 1)
        let whole = try sandbox.contents(name)
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 1 << UInt8(index % 8)
            try sandbox.replace(name, with: bytes)
            do {
                _ = try JournalWriter(sandbox.configuration)
                Issue.record("byte \(index) flipped was not noticed")
            } catch JournalError.damaged(let file, let damage) {
                #expect(file == sandbox.folder + "/" + name)
                #expect(damage.offset <= index)
            }
            #expect(try sandbox.contents(name) == bytes)
        }
        try sandbox.replace(name, with: whole)
        _ = try JournalWriter(sandbox.configuration)
    }

    @Test("a segment that is missing between others is noticed")
    func missing() throws {
        let sandbox = JournalSandbox(segmentBytes: 1000)
        let writer = try JournalWriter(sandbox.configuration)
        for _ in 0..<6 { try sandbox.commit(writer, events: 1) }
        writer.abandon()
        let segments = sandbox.segments
        #expect(segments.count > 2)
        try FileManager.default.removeItem(atPath: sandbox.folder + "/" + segments[1])
        #expect {
            _ = try JournalWriter(sandbox.configuration)
        } throws: { error in
            guard case JournalError.gap(let file, _) = error else { return false }
            return file == sandbox.folder + "/" + segments[2]
        }
        // The oldest ones may be gone: they were shipped and their time was over.
        try FileManager.default.removeItem(atPath: sandbox.folder + "/" + segments[0])
        _ = try JournalWriter(sandbox.configuration)
    }

    @Test(
        "a segment of another log, or none, refuses by its name",
        arguments: [
            "2-00000000000000000001.journal", "1-1.journal", "backup.journal",
            "1-00000000000000000009.journal",
        ]
    )
    func foreign(name: String) throws {
        let (sandbox, _) = try written(segmentBytes: 4096)
        try sandbox.replace(name, with: Array("what is this?".utf8))
        #expect {
            _ = try JournalWriter(sandbox.configuration)
        } throws: { error in
            "\(error)".hasPrefix(sandbox.folder + "/" + name)
        }
        #expect(try sandbox.contents(name) == Array("what is this?".utf8))
    }

    @Test("other files in the folder are left alone; an unfinished segment is removed")
    func otherFiles() throws {
        let (sandbox, _) = try written(segmentBytes: 4096)
        for name in ["README.txt", ".DS_Store", "x.journal.new"] {
            try sandbox.replace(name, with: [1])
        }
        try sandbox.replace("1-00000000000000000004.journal.new", with: [0, 0])
        let writer = try JournalWriter(sandbox.configuration)
        #expect(writer.recovery.lastSeq == 3)
        let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.folder)
        #expect(
            names.sorted() == [
                ".DS_Store", "1-00000000000000000001.journal", "README.txt", "lock",
                "x.journal.new",
            ]
        )
    }

    @Test("neither a symbolic link, a folder nor another origin's file is taken for a segment")
    func strangeFiles() throws {
        let (sandbox, _) = try written(segmentBytes: 4096)
        let name = try #require(sandbox.segments.first)
        let path = sandbox.folder + "/" + name
        var other = sandbox.configuration
        other.origin = UUID16(high: 7, low: 7)
        #expect(throws: JournalError.self) { _ = try JournalWriter(other) }
        try FileManager.default.moveItem(atPath: path, toPath: sandbox.folder + "/aside")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "aside")
        #expect(throws: JournalError.system(file: path, call: "open", errno: ELOOP)) {
            _ = try JournalWriter(sandbox.configuration)
        }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false
        )
        #expect(throws: JournalError.self) { _ = try JournalWriter(sandbox.configuration) }
    }

    @Test("two hubs can't share a folder")
    func locked() throws {
        let sandbox = JournalSandbox()
        let writer = try JournalWriter(sandbox.configuration)
        #expect(throws: JournalError.locked(folder: sandbox.folder)) {
            _ = try JournalWriter(sandbox.configuration)
        }
        writer.abandon()
        _ = try JournalWriter(sandbox.configuration)
    }

    @Test("a failed sync is never tried again: the writer is dead and the mark stays")
    func failedSync() throws {
        let sandbox = JournalSandbox()
        let disk = FailingSync(at: 2)
        let writer = try JournalWriter(sandbox.configuration, disk: disk)
        try sandbox.commit(writer, events: 1)
        let mark = writer.durable.current
        #expect {
            try sandbox.commit(writer, events: 1)
        } throws: { error in
            guard case JournalError.system(_, "fdatasync", EIO) = error else { return false }
            return true
        }
        #expect(throws: JournalError.dead) { try sandbox.commit(writer, events: 1) }
        #expect(disk.calls == 2)
        #expect(writer.durable.current == mark)
    }

    @Test("a full journal refuses before it writes, and takes the same batch when there is room")
    func full() throws {
        let sandbox = JournalSandbox(segmentBytes: 2000)
        sandbox.configuration.bytesMax = 5000
        let writer = try JournalWriter(sandbox.configuration)
        var batch = writer.newBatch()
        var count: Int64 = 0
        #expect(throws: JournalError.full(bytesMax: 5000)) {
            while true {
                _ = sandbox.fill(&batch, events: 1, bodyBytes: 500)
                try writer.commit(&batch)
                count += 1
            }
        }
        #expect(count > 2 && writer.durable.current.lastSeq == count)
        #expect(batch.lastSeq == count + 1)
        batch.discard()
        let small = sandbox.fill(&batch, events: 1, bodyBytes: 0)
        // Less than a segment's rest still fits: nothing was spoiled by the refusal.
        if (try? writer.commit(&batch)) != nil {
            #expect(try sandbox.read(after: count, upTo: writer.durable.current) == small)
        }
        let size = try sandbox.segments.map { try sandbox.contents($0).count }.reduce(0, +)
        #expect(size <= 5000)
        writer.abandon()
        sandbox.configuration.bytesMax = 1 << 20
        let larger = try JournalWriter(sandbox.configuration)
        try sandbox.commit(larger, events: 1)
        #expect(larger.durable.current.lastSeq > count)
    }
}
