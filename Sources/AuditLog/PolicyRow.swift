/// One row of `audit.policy`: the files behind a bundle's digest. Two columns.
package struct PolicyRow: Hashable, Sendable {
    /// How many columns it has.
    package static let columns: Int16 = 2

    /// SHA-256 of the bundle, 32 bytes: what events name as `policy`.
    package var digest: [UInt8]
    /// A JSON object as text: path to content.
    package var files: String

    package init(digest: [UInt8], files: String) {
        self.digest = digest
        self.files = files
    }

    /// Appends the tuple to `buffer`.
    package func encode(into buffer: inout [UInt8]) {
        let size = 2 + Row.size(bytes: digest) + Row.size(text: files)
        RowWriter.append(size: size, columns: PolicyRow.columns, to: &buffer) { row in
            row.bytes(digest)
            row.text(files)
        }
    }

    /// The first reason why this can't be a row, nil when it can.
    package func validate() -> RowError? {
        Row.check(digest: digest, column: "digest")
            ?? Row.check(object: files, column: "files", limit: Row.filesBytesMax)
    }

    /// Reads a tuple; what it accepts encodes to the same bytes again.
    package init(decoding tuple: UnsafeRawBufferPointer) throws(RowError) {
        var row = try RowReader(tuple, columns: PolicyRow.columns)
        digest = try row.bytes("digest", width: 32)
        files = try row.text("files")
        try row.finish()
    }
}
