/// One row of `audit.checkpoint`. Six columns.
package struct CheckpointRow: Hashable, Sendable {
    /// How many columns it has.
    package static let columns: Int16 = 6

    package var log: Int32
    /// When it was signed, microseconds since 2000-01-01 UTC.
    package var at: Int64
    /// Size and root are the frontier's.
    package var frontier: TreeFrontier
    /// The signed note.
    package var note: String

    package init(log: Int32, at: Int64, frontier: TreeFrontier, note: String) {
        self.log = log
        self.at = at
        self.frontier = frontier
        self.note = note
    }

    /// Appends the tuple to `buffer`: log int4, size int8, at timestamptz, root bytea, frontier
    /// bytea (the frontier's hashes, the largest subtree first), note text.
    package func encode(into buffer: inout [UInt8]) {
        let hashes = frontier.hashes.joinedBytes
        let size =
            2 + 8 + 12 + 12 + 4 + TreeHash.byteCount + 4 + hashes.count + Row.size(text: note)
        RowWriter.append(size: size, columns: CheckpointRow.columns, to: &buffer) { row in
            row.integer(log)
            row.integer(frontier.size)
            row.integer(at)
            frontier.root.withUnsafeBytes { row.bytes($0) }
            row.bytes(hashes)
            row.text(note)
        }
    }

    /// Reads a tuple; what it accepts encodes to the same bytes again.
    package init(decoding tuple: UnsafeRawBufferPointer) throws(RowError) {
        var row = try RowReader(tuple, columns: CheckpointRow.columns)
        log = try row.integer("log")
        let size: Int64 = try row.integer("size")
        at = try row.integer("at")
        let root = try row.bytes("root")
        let hashes = try row.bytes("frontier").withUnsafeBytes { TreeHash.array($0) }
        note = try row.text("note")
        try row.finish()
        guard let hashes, let frontier = TreeFrontier(size: size, hashes: hashes),
            frontier.root.bytes == root
        else { throw .width(column: "frontier", bytes: hashes?.count ?? 0) }
        self.frontier = frontier
    }
}
