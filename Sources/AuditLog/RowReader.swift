/// Reads one PostgreSQL binary COPY tuple strictly: what it accepts encodes to the same bytes again.
struct RowReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// Checks the count of columns.
    init(_ bytes: UnsafeRawBufferPointer, columns: Int16) throws(RowError) {
        self.bytes = bytes
        let count = try take(Int16.self, "count")
        guard count == columns else { throw .columnCount(Int(count)) }
    }

    /// Refuses bytes after the last column.
    func finish() throws(RowError) {
        guard offset == bytes.count else { throw .trailingBytes(bytes.count - offset) }
    }

    mutating func integer<I: FixedWidthInteger>(_ column: String) throws(RowError) -> I {
        try required(optionalInteger(column), column)
    }

    mutating func optionalInteger<I: FixedWidthInteger>(
        _ column: String
    ) throws(RowError) -> I? {
        guard let field = try field(column) else { return nil }
        guard field.count == MemoryLayout<I>.size else {
            throw .width(column: column, bytes: field.count)
        }
        return I(bigEndian: field.loadUnaligned(as: I.self))
    }

    mutating func code<Code: RawRepresentable>(
        _ column: String
    ) throws(RowError) -> Code where Code.RawValue == Int16 {
        let number: Int16 = try integer(column)
        guard let code = Code(rawValue: number) else {
            throw .value(column: column, number: Int64(number))
        }
        return code
    }

    mutating func uuid(_ column: String) throws(RowError) -> UUID16 {
        try required(optionalUUID(column), column)
    }

    mutating func optionalUUID(_ column: String) throws(RowError) -> UUID16? {
        guard let field = try field(column) else { return nil }
        guard let value = UUID16(bytes: field) else {
            throw .width(column: column, bytes: field.count)
        }
        return value
    }

    mutating func text(_ column: String) throws(RowError) -> String {
        try required(optionalText(column), column)
    }

    mutating func optionalText(_ column: String) throws(RowError) -> String? {
        guard let field = try field(column) else { return nil }
        return try string(field, column)
    }

    mutating func bytes(_ column: String, width: Int? = nil) throws(RowError) -> [UInt8] {
        try required(optionalBytes(column, width: width), column)
    }

    mutating func optionalBytes(
        _ column: String,
        width: Int? = nil
    ) throws(RowError) -> [UInt8]? {
        guard let field = try field(column) else { return nil }
        if let width, field.count != width { throw .width(column: column, bytes: field.count) }
        return [UInt8](field)
    }

    /// A `text[]` in exactly the layout that `RowWriter.texts(_:)` writes.
    mutating func texts(_ column: String) throws(RowError) -> [String] {
        let size = try take(Int32.self, column)
        if size == -1 { throw .null(column: column) }
        let start = offset
        guard size >= 12, bytes.count - start >= Int(size) else {
            throw .truncated(column: column)
        }
        let dimensions = try take(Int32.self, column)
        let flags = try take(Int32.self, column)
        let type = try take(Int32.self, column)
        guard dimensions == 0 || dimensions == 1, flags == 0, type == Row.textType else {
            throw .arrayLayout(column: column)
        }
        var values: [String] = []
        if dimensions == 1 {
            let count = try take(Int32.self, column)
            let lowerBound = try take(Int32.self, column)
            // An element is at least its length, so a count can't ask for more than is there.
            guard count > 0, lowerBound == 1, Int(count) <= Int(size) / 4 else {
                throw .arrayLayout(column: column)
            }
            values.reserveCapacity(Int(count))
            for _ in 0..<count { values.append(try text(column)) }
        }
        guard offset - start == Int(size) else { throw .arrayLayout(column: column) }
        return values
    }

    private func string(
        _ field: UnsafeRawBufferPointer,
        _ column: String
    ) throws(RowError) -> String {
        guard let text = String(validating: field, as: UTF8.self) else {
            throw .notUTF8(column: column)
        }
        if field.contains(0) { throw .zeroCharacter(column: column) }
        return text
    }

    private func required<Value>(_ value: Value?, _ column: String) throws(RowError) -> Value {
        guard let value else { throw .null(column: column) }
        return value
    }

    /// The next column's bytes, nil for NULL.
    private mutating func field(_ column: String) throws(RowError) -> UnsafeRawBufferPointer? {
        let size = try take(Int32.self, column)
        if size == -1 { return nil }
        guard size >= 0, bytes.count - offset >= Int(size) else {
            throw .truncated(column: column)
        }
        defer { offset += Int(size) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(size)])
    }

    private mutating func take<I: FixedWidthInteger>(
        _ type: I.Type,
        _ column: String
    ) throws(RowError) -> I {
        guard bytes.count - offset >= MemoryLayout<I>.size else {
            throw .truncated(column: column)
        }
        defer { offset += MemoryLayout<I>.size }
        return I(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: I.self))
    }
}
