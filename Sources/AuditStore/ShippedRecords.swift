/// What a journal's record holds, by its number in the journal.
package enum ShippedRecord: UInt8, Sendable {
    case event = 1
    case content = 2
    case subject = 3
    case policy = 4

    /// Its name in `audit.quarantine`.
    var name: String {
        switch self {
        case .event: "event"
        case .content: "content"
        case .subject: "subject"
        case .policy: "policy"
        }
    }

    /// Columns of its tuple.
    var columns: Int {
        switch self {
        case .event: 24
        case .content, .subject: 6
        case .policy: 2
        }
    }
}

/// The durable part of a journal, read in order; only the shipper's thread calls it.
package protocol ShippedRecords: AnyObject {
    /// The newest `seq` on disk; 0 for none.
    var durableSeq: Int64 { get }
    /// Goes to the first event after `seq`.
    ///
    /// - Throws: when the journal holds later events but not the one that follows `seq`.
    func rewind(after seq: Int64) throws
    /// Hands over the next durable record; its bytes are valid during the call only.
    ///
    /// An event is followed by its contents and rows before the next event comes; all of them are
    /// durable when the event is.
    /// - Returns: false when there is none at present, and `body` was not called.
    func next(_ body: (ShippedRecord, UnsafeRawBufferPointer) -> Void) throws -> Bool
}
