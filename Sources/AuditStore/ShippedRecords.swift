package import AuditLog

/// The durable part of a journal, read in order; only the shipper's thread calls it.
package protocol ShippedRecords: AnyObject {
    /// The newest `seq` on disk; 0 for none.
    var durableSeq: Int64 { get }
    /// Goes to the batch with the first event after `seq`.
    ///
    /// - Throws: when the journal does not have what follows `seq`.
    func rewind(after seq: Int64) throws
    /// Hands over the records of the next whole batches, at least one and then as many as fit; their
    /// bytes are valid during each call only.
    ///
    /// Whole, because what belongs to an event may stand before it or behind it in its batch. The
    /// first batch after `rewind` may begin with events that are not wanted.
    /// - Returns: false when there is none at present, and `body` was not called.
    func next(
        bytesMax: Int,
        _ body: (JournalRecordType, UnsafeRawBufferPointer) -> Void
    ) throws -> Bool
}

/// A journal's reader as the shipper wants it.
package final class JournalRecords: ShippedRecords {
    private let reader: JournalReader
    private let durable: JournalDurable

    /// - Parameter durable: what the journal's writer publishes.
    package init(reader: JournalReader, durable: JournalDurable) {
        self.reader = reader
        self.durable = durable
    }

    package var durableSeq: Int64 { durable.current.lastSeq }

    package func rewind(after seq: Int64) throws {
        try reader.seek(after: seq, upTo: durable.current)
    }

    package func next(
        bytesMax: Int,
        _ body: (JournalRecordType, UnsafeRawBufferPointer) -> Void
    ) throws -> Bool {
        guard let chunk = try reader.next(upTo: durable.current, bytesMax: bytesMax) else {
            return false
        }
        chunk.bytes.withUnsafeBytes { bytes in
            for record in chunk.records {
                body(record.type, UnsafeRawBufferPointer(rebasing: bytes[record.body]))
            }
        }
        return true
    }
}

extension JournalRecordType {
    /// Columns of its tuple; nil when it isn't a row's.
    var columns: Int16? {
        switch self {
        case .event: Event.columns
        case .content: ContentRow.columns
        case .subject: SubjectRow.columns
        case .policy: PolicyRow.columns
        case .checkpoint: CheckpointRow.columns
        case .commit: nil
        }
    }
}
