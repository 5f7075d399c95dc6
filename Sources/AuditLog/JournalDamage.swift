/// Where and why bytes of a journal segment can't be what the hub wrote.
package struct JournalDamage: Error, Hashable, Sendable {
    /// What is wrong at the offset.
    package enum Reason: Hashable, Sendable {
        /// The file is shorter than a header or starts with another magic.
        case notASegment
        case headerChecksum
        /// A record's length is beyond the file's end or the format's limit.
        case length(Int)
        case checksum
        case unknownType(UInt8)
        /// An event's tuple names another log than the header.
        case log(Int32?)
        /// An event's `seq` doesn't follow the one before it.
        case seq(found: Int64?, expected: Int64)
        /// A commit record that isn't the one of its batch.
        case commit
        /// A batch without a commit record in a segment that was closed.
        case uncommitted
        /// Bytes other than zero after the written part of a segment that was closed.
        case trailingBytes
    }

    /// In bytes from the segment's start.
    package var offset: Int
    package var reason: Reason

    package init(offset: Int, reason: Reason) {
        self.offset = offset
        self.reason = reason
    }
}

extension JournalDamage: CustomStringConvertible {
    /// Safe to log: names offsets and numbers, never content.
    package var description: String { "offset \(offset): \(sentence)" }

    private var sentence: String {
        switch reason {
        case .notASegment: "this is not a journal segment"
        case .headerChecksum: "the header's checksum is wrong"
        case .length(let length): "a record can't be \(length) bytes long here"
        case .checksum: "the record's checksum is wrong"
        case .unknownType(let type): "there is no record type \(type)"
        case .log(let log): "the event is of log \(log.map(String.init) ?? "?")"
        case .seq(let found, let expected):
            "the event is number \(found.map(String.init) ?? "?") instead of \(expected)"
        case .commit: "the commit record is not of its batch"
        case .uncommitted: "the last batch was never committed"
        case .trailingBytes: "bytes follow the last batch"
        }
    }
}
