/// Writes one PostgreSQL binary COPY tuple into memory of exactly its size.
///
/// Sizes are computed before (`Row.size…`), so that a buffer grows once a tuple; a write beyond the
/// end is a bug of ours and stops the process in every build.
struct RowWriter {
    private var next: UnsafeMutableRawPointer
    private let start: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer

    /// Appends `size` bytes to `buffer` and lets `body` fill them; `body`'s result is returned.
    static func append<Result>(
        size: Int,
        columns: Int16,
        to buffer: inout [UInt8],
        _ body: (inout RowWriter) -> Result
    ) -> Result {
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: size))
        return buffer.withUnsafeMutableBytes { bytes in
            var writer = RowWriter(UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
            writer.put(columns)
            let result = body(&writer)
            guard writer.next == writer.end else {
                preconditionFailure("a tuple's size was computed wrongly")
            }
            return result
        }
    }

    private init(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let base = bytes.baseAddress else {
            preconditionFailure("a tuple is never empty")
        }
        start = base
        next = base
        end = base + bytes.count
    }

    /// Bytes written so far.
    var offset: Int { next - start }

    mutating func null() { put(Int32(-1)) }

    mutating func integer<I: FixedWidthInteger>(_ value: I) {
        put(Int32(MemoryLayout<I>.size))
        put(value)
    }

    mutating func integer<I: FixedWidthInteger>(_ value: I?) {
        if let value { integer(value) } else { null() }
    }

    mutating func uuid(_ value: UUID16) {
        put(Int32(16))
        put(value.high)
        put(value.low)
    }

    mutating func uuid(_ value: UUID16?) {
        if let value { uuid(value) } else { null() }
    }

    mutating func salt(_ value: Salt) {
        put(Int32(16))
        put(value.high)
        put(value.low)
    }

    mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    mutating func text(_ value: String?) {
        if let value { text(value) } else { null() }
    }

    mutating func bytes(_ value: UnsafeRawBufferPointer) {
        put(Int32(truncatingIfNeeded: value.count))
        copy(value)
    }

    mutating func bytes(_ value: [UInt8]) {
        value.withUnsafeBytes { bytes($0) }
    }

    mutating func bytes(_ value: [UInt8]?) {
        if let value { bytes(value) } else { null() }
    }

    /// A `text[]`: one dimension from index 1, or none when empty.
    mutating func texts(_ values: [String]) {
        put(Int32(truncatingIfNeeded: Row.size(texts: values) - 4))
        put(Int32(values.isEmpty ? 0 : 1))
        put(Int32(0))
        put(Row.textType)
        if values.isEmpty { return }
        put(Int32(truncatingIfNeeded: values.count))
        put(Int32(1))
        for value in values { text(value) }
    }

    private mutating func put<I: FixedWidthInteger>(_ value: I) {
        precondition(end - next >= MemoryLayout<I>.size, "a tuple outgrew its computed size")
        next.storeBytes(of: value.bigEndian, as: I.self)
        next += MemoryLayout<I>.size
    }

    private mutating func copy(_ value: UnsafeRawBufferPointer) {
        precondition(end - next >= value.count, "a tuple outgrew its computed size")
        if let base = value.baseAddress, value.count > 0 {
            next.copyMemory(from: base, byteCount: value.count)
            next += value.count
        }
    }
}
