import AuditLog
import AuditStore
import Glibc
import Outcomes
import Synchronization
import Testing

/// A journal's life on a disk in memory: batches small and large, segments that change, shipping,
/// segments whose time is over, restarts. And what must be found of it afterwards.
final class JournalWork {
    /// What the world outside knows.
    struct Ledger: Sendable {
        /// The tuple of every event that was given a number, in order.
        var events: [[UInt8]] = []
        var acknowledged: Int64 = 0
        /// The tuples that the database has.
        var database: [[UInt8]] = []

        var watermark: Int64 { Int64(database.count) }
    }

    /// A ledger that the watcher of the disk reads too.
    final class Book: Sendable {
        private let ledger: Mutex<Ledger>

        init(_ ledger: Ledger = Ledger()) {
            self.ledger = Mutex(ledger)
        }

        var current: Ledger { ledger.withLock { $0 } }

        func change(_ body: (inout Ledger) -> Void) { ledger.withLock { body(&$0) } }
    }

    private var generator: SeededGenerator
    private let disk: MemoryDisk
    private let book: Book
    private var writer: JournalWriter?
    private var now: Int64 = 1_000

    init(seed: UInt64, disk: MemoryDisk, book: Book) {
        generator = SeededGenerator(seed: seed)
        self.disk = disk
        self.book = book
    }

    /// Works through so many rounds; in each some batches, and one of the things that happen rarely.
    func run(rounds: Int = 26) throws {
        try open()
        for round in 0..<rounds {
            try commitOne()
            switch round % 6 {
            case 1: try ship()
            case 3: now += Int64.random(in: 0...400, using: &generator)
            case 5:
                // Every other time the hub ends in order; else it is killed.
                if round % 12 == 5 { try writer?.close() } else { writer?.abandon() }
                try open()
            default: break
            }
        }
    }

    func commitOne() throws {
        guard let writer else { throw JournalError.dead }
        var batch = writer.newBatch()
        let isLarge = Int.random(in: 0..<9, using: &generator) == 0
        let size = Int.random(in: 0...(isLarge ? 5000 : 700), using: &generator)
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            Self.append(to: &batch, bodyBytes: size, book)
        }
        let last = batch.lastSeq
        try writer.makeRoom(
            for: batch.bytesToWrite,
            shipped: book.current.watermark,
            now: now
        )
        try writer.commit(&batch)
        book.change { $0.acknowledged = last }
        // What belongs to earlier events goes into the segment that there is.
        if writer.takesWithoutEvent(100), Bool.random(using: &generator) {
            batch.append(type: .checkpoint, body: [UInt8](repeating: 7, count: 40))
            try writer.commit(&batch)
        }
    }

    /// Copies to the database all that is durable, as the shipper does: in one transaction.
    func ship() throws {
        guard let writer else { return }
        try Self.ship(disk, upTo: writer.durable.current, book)
    }

    private func open() throws {
        writer = nil
        let writer = try JournalWriter(Self.configuration, disk: disk)
        #expect(book.current.watermark <= writer.recovery.lastSeq)
        book.change { ledger in
            ledger.events.removeLast(ledger.events.count - Int(writer.recovery.lastSeq))
        }
        self.writer = writer
    }

    private static func append(to batch: inout JournalBatch, bodyBytes: Int, _ book: Book) {
        let seq = batch.lastSeq + 1
        let part = ContentPart(
            kind: .original,
            salt: Salt(high: UInt64(seq), low: 1),
            body: [UInt8](repeating: UInt8(truncatingIfNeeded: seq &* 31), count: bodyBytes)
        )
        var content: [UInt8] = []
        ContentRow(log: 1, seq: seq, at: seq, part: part).encode(into: &content)
        var event: [UInt8] = []
        Event(log: 1, seq: seq, at: seq, kind: .message, stage: .done, disposition: .allow)
            .encode(into: &event)
        batch.append(type: .content, body: content)
        batch.append(type: .event, body: event)
        book.change { ledger in
            // A batch that was refused is tried again with the same numbers.
            ledger.events.removeLast(max(0, ledger.events.count - Int(seq - 1)))
            ledger.events.append(event)
        }
    }

    private static func ship(_ disk: MemoryDisk, upTo mark: JournalMark, _ book: Book) throws {
        let reader = try JournalReader(folder: "/journal", log: 1, disk: disk)
        let watermark = book.current.watermark
        try reader.seek(after: watermark, upTo: mark)
        var found: [[UInt8]] = []
        while let chunk = try reader.next(upTo: mark, bytesMax: 2000) {
            for record in chunk.records where record.type == .event {
                let tuple = [UInt8](chunk.bytes[record.body])
                let seq = tuple.withUnsafeBytes { Row.seq(of: $0) } ?? 0
                if seq <= watermark { continue }
                try #require(seq == watermark + Int64(found.count) + 1, "a gap or a duplicate")
                found.append(tuple)
            }
        }
        book.change { $0.database += found }
    }

    /// Starts on what was left, and demands all that was promised of it.
    static func recover(_ disk: MemoryDisk, _ book: Book) throws {
        let before = book.current
        let writer = try JournalWriter(configuration, disk: disk)
        let last = writer.recovery.lastSeq
        try #require(last >= before.acknowledged, "an acknowledged event is gone")
        try #require(last >= before.watermark, "the database has more than the journal")
        try #require(last <= before.events.count, "an event that was never begun")
        let isEmpty = writer.recovery.segments == 0
        try #require(isEmpty || writer.recovery.firstSeq <= before.watermark + 1, "a gap")

        book.change { $0.events.removeLast($0.events.count - Int(last)) }
        // It goes on, the database gets the rest, and both then have the same events.
        var batch = writer.newBatch()
        append(to: &batch, bodyBytes: 100, book)
        try writer.makeRoom(for: batch.bytesToWrite, shipped: before.watermark, now: 2_000)
        try writer.commit(&batch)
        book.change { $0.acknowledged = last + 1 }
        try ship(disk, upTo: writer.durable.current, book)
        let after = book.current
        try #require(after.database == after.events, "the database has other events")
        try #require(after.watermark == last + 1)
        writer.abandon()
        try #require(try JournalWriter(configuration, disk: disk).recovery.lastSeq == last + 1)
    }

    /// Small segments, so that they change often; kept for 300 s of the work's own clock.
    private static var configuration: JournalConfiguration {
        var configuration = JournalConfiguration(
            folder: "/journal",
            log: 1,
            origin: UUID16(high: 3, low: 4),
            fence: 1
        )
        configuration.segmentBytes = 4096
        configuration.reserveBytes = 512
        configuration.keepSeconds = 300
        return configuration
    }
}
