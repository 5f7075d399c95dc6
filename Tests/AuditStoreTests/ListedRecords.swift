import AuditLog
import AuditStore
import Synchronization

/// A journal in memory: what a test appends is durable at once.
final class ListedRecords: ShippedRecords, Sendable {
    private struct State {
        var records: [(record: JournalRecordType, tuple: [UInt8], seq: Int64)] = []
        var next = 0
        var lastSeq: Int64 = 0
    }

    private let state = Mutex(State())

    var durableSeq: Int64 { state.withLock { $0.lastSeq } }

    /// An event becomes readable together with all that belongs to it, as a journal's batch does.
    func append(_ event: Event, _ contents: [ContentPart] = []) {
        var tuple: [UInt8] = []
        event.encode(into: &tuple)
        var rows = [(JournalRecordType.event, tuple)]
        for part in contents {
            var tuple: [UInt8] = []
            ContentRow(log: event.log, seq: event.seq, at: event.at, part: part)
                .encode(into: &tuple)
            rows.append((.content, tuple))
        }
        append(rows, seq: event.seq)
    }

    /// A checkpoint in the batch of the event that it ends with.
    func append(_ checkpoint: CheckpointRow) {
        var tuple: [UInt8] = []
        checkpoint.encode(into: &tuple)
        append([(.checkpoint, tuple)], seq: checkpoint.frontier.size)
    }

    func append(_ record: JournalRecordType, _ tuple: [UInt8], seq: Int64) {
        append([(record, tuple)], seq: seq)
    }

    private func append(_ rows: [(JournalRecordType, [UInt8])], seq: Int64) {
        state.withLock { state in
            state.records += rows.map { (record: $0.0, tuple: $0.1, seq: seq) }
            state.lastSeq = seq
        }
    }

    func rewind(after seq: Int64) {
        state.withLock { state in
            state.next = state.records.firstIndex { $0.seq > seq } ?? state.records.count
        }
    }

    /// One event with what belongs to it is a batch.
    func next(
        bytesMax: Int,
        _ body: (JournalRecordType, UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        let batch = state.withLock { state in
            let rest = state.records[state.next...]
            let batch = rest.prefix { $0.seq == rest.first?.seq }
            state.next += batch.count
            return batch
        }
        for (record, tuple, _) in batch { tuple.withUnsafeBytes { body(record, $0) } }
        return !batch.isEmpty
    }
}
