/// A segment that takes no more events.
package struct JournalSegment: Hashable, Sendable {
    package var firstSeq: Int64
    package var lastSeq: Int64
    package var bytes: Int64
    /// When it was seen that the database has all of it, in Unix seconds; nil until then.
    package var shippedAt: Int64?
}
