package import AuditLog

/// A parameter of a statement, sent in PostgreSQL's binary format.
package enum PostgresValue: Sendable, Equatable {
    case null
    case int2(Int16)
    case int4(Int32)
    case int8(Int64)
    case text(String)
    case bytes([UInt8])
    case uuid(UUID16)
    /// Microseconds since 2000-01-01 UTC.
    case timestamp(Int64)
    /// Days since 2000-01-01.
    case date(Int32)
    /// A field of a binary COPY tuple, taken as it is; the server infers its type.
    case raw([UInt8])

    /// Object id of the type (`pg_type.h`); 0 lets the server infer it.
    var typeID: UInt32 {
        switch self {
        case .null, .raw: 0
        case .int2: 21
        case .int4: 23
        case .int8: 20
        case .text: 25
        case .bytes: 17
        case .uuid: 2950
        case .timestamp: 1184
        case .date: 1082
        }
    }

    /// Appends the value's bytes.
    ///
    /// - Returns: how many; -1 for NULL.
    func encode(into buffer: inout [UInt8]) -> Int {
        let start = buffer.count
        switch self {
        case .null: return -1
        case .int2(let value): buffer.append(bigEndian: value)
        case .int4(let value), .date(let value): buffer.append(bigEndian: value)
        case .int8(let value), .timestamp(let value): buffer.append(bigEndian: value)
        case .text(let value): buffer.append(contentsOf: value.utf8)
        case .bytes(let value), .raw(let value): buffer.append(contentsOf: value)
        case .uuid(let value):
            buffer.append(bigEndian: value.high)
            buffer.append(bigEndian: value.low)
        }
        return buffer.count - start
    }
}

extension [UInt8] {
    /// Appends an integer, most significant byte first.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
