import CPostgres

/// Rows of `copy … to stdout (format binary)`, one tuple at a time.
///
/// The connection is busy until the last row was taken; who stops earlier closes it.
final class CopyOut {
    private let postgres: Postgres
    private let columns: Int16
    private var message: UnsafeMutablePointer<CChar>?
    private var isFirst = true
    private var isOver = false

    init(_ postgres: Postgres, columns: Int16) {
        self.postgres = postgres
        self.columns = columns
    }

    deinit {
        PQfreemem(message)
    }

    /// The next tuple, nil behind the last. Its bytes are valid until the next call.
    func next() throws(PostgresError) -> UnsafeRawBufferPointer? {
        while var bytes = try nextMessage() {
            if isFirst {
                isFirst = false
                guard bytes.starts(with: Postgres.copyHeader) else { throw Self.unreadable }
                bytes = UnsafeRawBufferPointer(rebasing: bytes[Postgres.copyHeader.count...])
            }
            // The header may come alone; the trailer is the last message but for the end.
            if bytes.isEmpty || bytes.elementsEqual(Postgres.copyTrailer) { continue }
            guard Shipment.isTuple(bytes, columns: columns) else { throw Self.unreadable }
            return bytes
        }
        return nil
    }

    /// What the server sent next, as it is; nil behind the last.
    func nextMessage() throws(PostgresError) -> UnsafeRawBufferPointer? {
        if isOver { return nil }
        PQfreemem(message)
        message = nil
        let count = PQgetCopyData(postgres.handle, &message, 0)
        guard count > 0 else {
            isOver = true
            try postgres.endCopyOut()
            return nil
        }
        return UnsafeRawBufferPointer(start: message, count: Int(count))
    }

    private static let unreadable = PostgresError(
        sqlState: "08P01",
        message: "COPY brought something else than one row of the expected columns",
        isConnectionLost: true
    )
}

extension Postgres {
    /// Begins to copy rows out.
    ///
    /// - Parameters:
    ///   - statement: `copy … to stdout (format binary)`.
    ///   - columns: how many columns its rows have.
    func copyOut(_ statement: String, columns: Int16) throws(PostgresError) -> CopyOut {
        try beginCopyOut(statement)
        return CopyOut(self, columns: columns)
    }

    /// The same for a COPY in a text format, whose messages are lines.
    func copyOutText(_ statement: String) throws(PostgresError) -> CopyOut {
        try beginCopyOut(statement)
        return CopyOut(self, columns: 0)
    }
}
