import CPostgres

/// A connection to PostgreSQL over libpq: blocking, for one thread at a time.
///
/// Errors carry SQLSTATE and message, never parameters or rows.
package final class Postgres {
    let handle: OpaquePointer

    /// Connects and makes the session independent of the server's settings: UTF-8, UTC, no search
    /// path surprises.
    ///
    /// - Parameters:
    ///   - conninfo: a libpq connection string or URI.
    ///   - application: the name shown in `pg_stat_activity`.
    ///   - timeoutSeconds: for each address tried; libpq makes less than 2 into 2.
    /// - Throws: class 08 when the server can't be reached or refuses.
    package init(
        connecting conninfo: String,
        application: String,
        timeoutSeconds: Int = 5
    ) throws(PostgresError) {
        let settings = [
            ("dbname", conninfo),
            ("client_encoding", "UTF8"),
            ("application_name", application),
            ("connect_timeout", String(timeoutSeconds)),
            // A server that vanishes without a word is noticed within about 15 s.
            ("keepalives_idle", "5"),
            ("keepalives_interval", "3"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"),
        ]
        let connected = Self.withCStrings(settings.map(\.0)) { names in
            Self.withCStrings(settings.map(\.1)) { values in
                PQconnectdbParams(names, values, 1)
            }
        }
        guard let connected else {
            throw PostgresError(
                sqlState: "53200",
                message: "libpq is out of memory",
                isConnectionLost: true
            )
        }
        guard PQstatus(connected) == CONNECTION_OK else {
            let message = Self.trimmed(PQerrorMessage(connected))
            PQfinish(connected)
            throw PostgresError(sqlState: "08001", message: message, isConnectionLost: true)
        }
        touchline_pq_ignore_notices(connected)
        handle = connected
        try run(
            """
            set timezone = 'UTC'; set statement_timeout = '60s'; set lock_timeout = '20s';
            set idle_in_transaction_session_timeout = '60s'; set client_min_messages = 'error'
            """
        )
    }

    deinit {
        PQfinish(handle)
    }

    /// Runs statements without parameters or results; several are separated by semicolons.
    package func run(_ script: String) throws(PostgresError) {
        _ = try check(PQexec(handle, script))
    }

    /// Runs one statement; parameters `$1`… and results are binary.
    package func query(
        _ statement: String,
        _ parameters: [PostgresValue] = []
    ) throws(PostgresError) -> PostgresResult {
        var bytes: [UInt8] = []
        let lengths = parameters.map { $0.encode(into: &bytes) }
        let types = parameters.map(\.typeID)
        // libpq takes NULL by pointer, so an empty value at the end still needs a place to point to.
        bytes.append(0)
        let result = bytes.withUnsafeBufferPointer { buffer in
            var offset = 0
            let values: [UnsafePointer<CChar>?] = lengths.map { length in
                guard length >= 0, let base = buffer.baseAddress else { return nil }
                defer { offset += length }
                return UnsafeRawPointer(base + offset).assumingMemoryBound(to: CChar.self)
            }
            return PQexecParams(
                handle,
                statement,
                Int32(parameters.count),
                types,
                values,
                lengths.map { Int32(max(0, $0)) },
                [Int32](repeating: 1, count: parameters.count),
                1
            )
        }
        return try check(result)
    }

    /// Runs `body` between BEGIN and COMMIT; an error rolls back and goes on to the caller.
    package func transaction<T>(_ body: () throws -> T) throws -> T {
        try run("begin")
        let value: T
        do {
            value = try body()
        } catch {
            try? run("rollback")
            throw error
        }
        try run("commit")
        return value
    }

    /// Whether the connection is inside a transaction that can still commit.
    package var isInTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INTRANS }

    /// Copies rows in PostgreSQL's binary COPY format.
    ///
    /// - Parameters:
    ///   - statement: `copy … from stdin (format binary)`.
    ///   - tuples: whole tuples one after the other, without header and trailer.
    /// - Returns: rows copied.
    package func copyIn(
        _ statement: String,
        tuples: UnsafeRawBufferPointer
    ) throws(PostgresError) -> Int {
        let started = PQexec(handle, statement)
        guard PQresultStatus(started) == PGRES_COPY_IN else {
            _ = try check(started)
            throw PostgresError(
                sqlState: "08P01",
                message: "the statement is not a COPY FROM STDIN"
            )
        }
        PQclear(started)
        var isSent = Self.copyHeader.withUnsafeBytes { put($0) }
        var rest = tuples[...]
        while isSent, !rest.isEmpty {
            let chunk = rest.prefix(Self.copyChunkBytes)
            isSent = put(UnsafeRawBufferPointer(rebasing: chunk))
            rest = rest.dropFirst(chunk.count)
        }
        isSent = isSent && Self.copyTrailer.withUnsafeBytes { put($0) }
        if isSent { isSent = PQputCopyEnd(handle, nil) == 1 }
        guard isSent else { throw connectionError() }
        let result = PQgetResult(handle)
        defer { drain() }
        return try check(result).affectedRows
    }

    /// Starts a COPY TO STDOUT; its rows are then taken from the handle.
    func beginCopyOut(_ statement: String) throws(PostgresError) {
        let started = PQexec(handle, statement)
        guard PQresultStatus(started) == PGRES_COPY_OUT else {
            _ = try check(started)
            throw PostgresError(sqlState: "08P01", message: "the statement is not a COPY TO STDOUT")
        }
        PQclear(started)
    }

    /// Takes what PostgreSQL says at the end of a COPY TO STDOUT.
    func endCopyOut() throws(PostgresError) {
        let result = PQgetResult(handle)
        defer { drain() }
        _ = try check(result)
    }

    /// A handle with which another thread can stop the statement that runs here.
    package func canceller() -> PostgresCanceller { PostgresCanceller(PQgetCancel(handle)) }

    private func put(_ bytes: UnsafeRawBufferPointer) -> Bool {
        PQputCopyData(
            handle,
            bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
            Int32(bytes.count)
        ) == 1
    }

    private func drain() {
        while let result = PQgetResult(handle) { PQclear(result) }
    }

    private func check(_ result: OpaquePointer?) throws(PostgresError) -> PostgresResult {
        guard let result else { throw connectionError() }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return PostgresResult(result)
        default: break
        }
        defer { PQclear(result) }
        guard let state = PQresultErrorField(result, touchline_pq_sqlstate_field()) else {
            throw connectionError()
        }
        let message = PQresultErrorField(result, touchline_pq_message_field())
        let position = PQresultErrorField(result, touchline_pq_position_field())
        throw PostgresError(
            sqlState: String(cString: state),
            message: Self.trimmed(message),
            position: position.flatMap { Int(String(cString: $0)) },
            isConnectionLost: PQstatus(handle) != CONNECTION_OK
        )
    }

    private func connectionError() -> PostgresError {
        PostgresError(
            sqlState: "08006",
            message: Self.trimmed(PQerrorMessage(handle)),
            isConnectionLost: PQstatus(handle) != CONNECTION_OK
        )
    }

    private static func trimmed(_ message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "" }
        return String(cString: message).split(separator: "\n").joined(separator: "; ")
    }

    private static func withCStrings<T>(
        _ strings: [String],
        _ body: ([UnsafePointer<CChar>?]) -> T
    ) -> T {
        let copies = strings.map { Array($0.utf8CString) }
        var pointers: [UnsafePointer<CChar>?] = []
        func nest(_ index: Int) -> T {
            guard index < copies.count else { return body(pointers + [nil]) }
            return copies[index].withUnsafeBufferPointer { copy in
                pointers.append(copy.baseAddress)
                return nest(index + 1)
            }
        }
        return nest(0)
    }

    /// Signature, no flags, no extension (PostgreSQL, COPY, "Binary Format").
    static let copyHeader: [UInt8] =
        [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]
        + [UInt8](repeating: 0, count: 8)
    static let copyTrailer: [UInt8] = [0xFF, 0xFF]
    /// libpq copies each chunk into its send buffer; this keeps that buffer small.
    private static let copyChunkBytes = 256 << 10
}

/// Stops a statement from another thread: libpq's cancel object is only read once it is made.
package final class PostgresCanceller: @unchecked Sendable {
    private let handle: OpaquePointer?

    init(_ handle: OpaquePointer?) {
        self.handle = handle
    }

    deinit {
        PQfreeCancel(handle)
    }

    /// Asks the server to cancel; the statement then fails with 57014. Blocks while it connects.
    package func cancel() {
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(handle, &message, 256)
    }
}
