/// What is wrong with a record, and from which event on.
package struct RecordFinding: Hashable, Sendable {
    /// The first event that is affected.
    package var seq: Int64
    package var what: What

    package enum What: Hashable, Sendable {
        /// The row is not what was recorded: its leaf is another than the one that was signed.
        case edited
        /// The row holds what was recorded as another event.
        case swapped(recordedAs: Int64)
        /// The leaf kept beside the row was changed; the row is what was signed.
        case leafEdited
        /// Row and leaf disagree, and no checkpoint tells which of them is right.
        case disputed
        /// There is no row for these events, and nothing that accounts for it; `isEnd` when nothing
        /// follows them.
        case missing(last: Int64, isEnd: Bool)
        /// There are several rows of this number.
        case repeated
        /// The row stands outside the record's order: its number or time was changed.
        case misplaced
        /// `audit.day` does not lead to the row, so that whoever looks for its number misses it.
        case unindexed
        /// Rows up to `last` that no hub shipped: behind the log's end, or of a log that is none.
        case stray(last: Int64)
        /// Rows and leaves agree with each other up to `last`, but not with what was signed: they were
        /// changed together.
        case rewritten(last: Int64)
        /// The log had more events when something was signed.
        case truncated(signed: Int64, left: Int64)
        /// Leaves of a tile are missing, or its root is not theirs.
        case tile(Int64, String)
        /// A signed checkpoint is not what the hub signed.
        case checkpoint(size: Int64, String)
        /// The content is not what the event committed to.
        case content(String)
        /// A range of pruned events that no recorded run of retention explains.
        case pruned(last: Int64)
        /// A line of an export is not what the export had there.
        case line(Int, String)
    }

    package init(seq: Int64, _ what: What) {
        self.seq = seq
        self.what = what
    }
}

extension RecordFinding: CustomStringConvertible {
    /// A sentence without the log's number; safe to log.
    package var description: String {
        switch what {
        case .edited: "the row was changed after it was recorded"
        case .swapped(let other): "the row holds what was recorded as \(other)"
        case .leafEdited: "its leaf in audit.tile was changed; the row is what was signed"
        case .disputed: "the row and its leaf in audit.tile disagree, and no checkpoint decides"
        case .missing(let last, false) where last == seq: "the row was deleted"
        case .missing(let last, false): "the rows up to \(last) were deleted"
        case .missing(let last, true):
            "the log's end was cut off: the rows up to \(last) are missing"
        case .repeated: "there is more than one row of this number"
        case .misplaced: "the row stands out of order: its number or time was changed"
        case .unindexed: "audit.day does not lead to the row: look-ups by its number miss it"
        case .stray(let last) where last == seq: "no hub shipped this row, as audit.log has it"
        case .stray(let last): "no hub shipped the rows up to \(last), as audit.log has it"
        case .rewritten(let last):
            "rows and leaves up to \(last) are not what was signed: they were changed together"
        case .truncated(let signed, let left):
            "the log's end was cut off: \(signed) events were signed, \(left) are left"
        case .tile(let tile, let why): "tile \(tile): \(why)"
        case .checkpoint(let size, let why): "the checkpoint of size \(size): \(why)"
        case .content(let why): "its content: \(why)"
        case .pruned(let last):
            "audit.pruned says that rows up to \(last) were dropped, but no recorded run of "
                + "retention let them go"
        case .line(let number, let why): "line \(number) of the export was changed: \(why)"
        }
    }
}
