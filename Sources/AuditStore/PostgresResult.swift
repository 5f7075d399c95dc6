package import AuditLog
import CPostgres

/// Rows of a statement, in PostgreSQL's binary format. Rows and columns count from 0.
///
/// The accessors expect the column's type and a value that is not NULL; a mismatch is a mistake in
/// the statement beside it and stops the program.
package final class PostgresResult {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    package var rowCount: Int { Int(PQntuples(handle)) }

    /// Rows that an INSERT, UPDATE, DELETE or COPY touched; 0 for other statements.
    package var affectedRows: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    package func isNull(_ row: Int, _ column: Int) -> Bool {
        PQgetisnull(handle, Int32(row), Int32(column)) == 1
    }

    package func int2(_ row: Int, _ column: Int) -> Int16 { integer(row, column) }
    package func int4(_ row: Int, _ column: Int) -> Int32 { integer(row, column) }
    package func int8(_ row: Int, _ column: Int) -> Int64 { integer(row, column) }
    /// Microseconds since 2000-01-01 UTC of a timestamptz.
    package func timestamp(_ row: Int, _ column: Int) -> Int64 { integer(row, column) }

    package func bool(_ row: Int, _ column: Int) -> Bool {
        bytes(row, column).first == 1
    }

    package func text(_ row: Int, _ column: Int) -> String {
        withBytes(row, column) { String(decoding: $0, as: UTF8.self) }
    }

    package func bytes(_ row: Int, _ column: Int) -> [UInt8] {
        withBytes(row, column) { [UInt8]($0) }
    }

    package func uuid(_ row: Int, _ column: Int) -> UUID16 {
        withBytes(row, column) { value in
            precondition(value.count == 16, "column \(column) is not a uuid")
            return UUID16(
                high: UInt64(bigEndian: value.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: value.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    private func integer<T: FixedWidthInteger & BitwiseCopyable>(
        _ row: Int,
        _ column: Int
    ) -> T {
        withBytes(row, column) { value in
            precondition(
                value.count == MemoryLayout<T>.size,
                "column \(column) is not of type \(T.self)"
            )
            return T(bigEndian: value.loadUnaligned(as: T.self))
        }
    }

    private func withBytes<T>(
        _ row: Int,
        _ column: Int,
        _ body: (UnsafeRawBufferPointer) -> T
    ) -> T {
        precondition(!isNull(row, column), "column \(column) is NULL")
        let length = Int(PQgetlength(handle, Int32(row), Int32(column)))
        return body(
            UnsafeRawBufferPointer(
                start: PQgetvalue(handle, Int32(row), Int32(column)),
                count: length
            )
        )
    }
}
