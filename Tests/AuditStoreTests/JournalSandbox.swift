import AuditLog
import AuditStore
import Foundation
import Outcomes
import Testing

/// A journal in a folder of its own, removed afterwards, with what was written to it.
final class JournalSandbox {
    let folder: String
    var configuration: JournalConfiguration
    /// Each batch's records, in order.
    var batches: [[Record]] = []

    struct Record: Equatable {
        var type: JournalRecordType
        var body: [UInt8]
    }

    init(segmentBytes: Int = 4096) {
        folder = NSTemporaryDirectory() + "journal-\(UUID().uuidString)"
        configuration = JournalConfiguration(
            folder: folder,
            log: 1,
            origin: UUID16(high: 1, low: 2),
            fence: 1
        )
        configuration.segmentBytes = segmentBytes
        configuration.reserveBytes = 0
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Commits a batch of so many events, each with a subject and a content of `bodyBytes`.
    func commit(_ writer: JournalWriter, events: Int, bodyBytes: Int = 20) throws {
        var batch = writer.newBatch()
        let records = fill(&batch, events: events, bodyBytes: bodyBytes)
        try writer.commit(&batch)
        batches.append(records)
    }

    /// Appends events to a batch; returns the records.
    func fill(_ batch: inout JournalBatch, events: Int, bodyBytes: Int = 20) -> [Record] {
        var records: [Record] = []
        for _ in 0..<events {
            let seq = batch.lastSeq + 1
            var subject: [UInt8] = []
            SubjectRow(
                pseudonym: UUID16(high: 9, low: UInt64(seq)),
                issuer: "https://issuer",
                sub: "sub-\(seq)",
                name: nil,
                claims: "{}",
                firstSeen: seq
            ).encode(into: &subject)
            let part = ContentPart(
                kind: .original,
                salt: Salt(high: UInt64(seq), low: 0),
                body: [UInt8](repeating: UInt8(truncatingIfNeeded: seq), count: bodyBytes)
            )
            var content: [UInt8] = []
            ContentRow(log: 1, seq: seq, at: seq, part: part).encode(into: &content)
            var event: [UInt8] = []
            Event(
                log: 1,
                seq: seq,
                at: seq,
                kind: .message,
                stage: .done,
                disposition: .allow,
                rules: ["r\(seq)"],
                contentHash: Commitment.contentHash(of: [part])
            ).encode(into: &event)
            for record in [
                Record(type: .subject, body: subject), Record(type: .content, body: content),
                Record(type: .event, body: event),
            ] {
                batch.append(type: record.type, body: record.body)
                records.append(record)
            }
        }
        return records
    }

    /// Everything that a reader finds after `seq`, in chunks of at least `bytesMax`.
    func read(after seq: Int64 = 0, upTo mark: JournalMark, bytesMax: Int = 1) throws -> [Record] {
        let reader = try JournalReader(folder: folder, log: 1)
        try reader.seek(after: seq, upTo: mark)
        var records: [Record] = []
        while let chunk = try reader.next(upTo: mark, bytesMax: bytesMax) {
            records += chunk.records.map {
                Record(type: $0.type, body: [UInt8](chunk.bytes[$0.body]))
            }
        }
        return records
    }

    /// The events among the records.
    func events(upTo mark: JournalMark) throws -> [Record] {
        try read(upTo: mark).filter { $0.type == .event }
    }

    /// The names of the segments, in order.
    var segments: [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        return (names ?? []).filter { $0.hasSuffix(".journal") }.sorted()
    }

    func contents(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + name)))
    }

    func replace(_ name: String, with bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: folder + "/" + name))
    }
}

/// A small seeded generator, so that a failing test fails again.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
