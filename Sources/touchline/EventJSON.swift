import AuditLog
import Foundation
import JSONDocument

/// An event as the object of an export's line: made from its tuple, and made a tuple again. An export
/// has millions of them, so no string and no array is made for a column.
enum EventJSON {
    private struct Column {
        let key: [UInt8]
        let type: EventFields.Kind
    }

    private static let columns = EventFields.columns.map {
        Column(key: Array($0.name.utf8), type: $0.type)
    }

    /// Appends the object of a tuple.
    ///
    /// - Returns: false, and nothing is appended, when the bytes are no tuple of these columns.
    static func write(_ tuple: UnsafeRawBufferPointer, into json: inout [UInt8]) -> Bool {
        let start = json.count
        var cursor = TupleCursor(tuple)
        guard let count = cursor.integer(2), count == columns.count else { return false }
        json.append(UInt8(ascii: "{"))
        for (index, column) in columns.enumerated() {
            json.append(contentsOf: index == 0 ? "\"".utf8 : ",\"".utf8)
            json.append(contentsOf: column.key)
            json.append(contentsOf: "\":".utf8)
            guard let field = cursor.field(), write(field, column.type, into: &json) else {
                json.removeSubrange(start...)
                return false
            }
        }
        json.append(UInt8(ascii: "}"))
        guard cursor.isAtEnd else {
            json.removeSubrange(start...)
            return false
        }
        return true
    }

    /// Makes the tuple that an object was written from.
    ///
    /// - Parameter tuple: is replaced.
    /// - Returns: false for what `write` does not write, a member too many too.
    static func read(_ object: JSONValue, into tuple: inout [UInt8]) -> Bool {
        tuple.removeAll(keepingCapacity: true)
        tuple.append(Int64(columns.count), bytes: 2)
        var index = 0
        for (key, value) in object.members {
            guard index < columns.count, key.elements(are: columns[index].key),
                read(value, columns[index].type, into: &tuple)
            else { return false }
            index += 1
        }
        return index == columns.count
    }

    /// - Parameter field: a base address that is nil stands for NULL.
    private static func write(
        _ field: UnsafeRawBufferPointer,
        _ type: EventFields.Kind,
        into json: inout [UInt8]
    ) -> Bool {
        guard field.baseAddress != nil else {
            json.append(contentsOf: "null".utf8)
            return true
        }
        switch type {
        case .integer(let width):
            var cursor = TupleCursor(field)
            guard field.count == width, let number = cursor.integer(width) else { return false }
            json.append(decimal: number)
        case .uuid:
            guard field.count == 16 else { return false }
            json.append(UInt8(ascii: "\""))
            for place in 0..<16 {
                if place == 4 || place == 6 || place == 8 || place == 10 {
                    json.append(UInt8(ascii: "-"))
                }
                json.append(hexadecimal: field[place])
            }
            json.append(UInt8(ascii: "\""))
        case .bytes:
            json.append(UInt8(ascii: "\""))
            for byte in field { json.append(hexadecimal: byte) }
            json.append(UInt8(ascii: "\""))
        case .text:
            guard field.isUTF8 else { return false }
            JSONValue.write(string: field, into: &json)
        case .texts: return writeTexts(field, into: &json)
        }
        return true
    }

    private static func writeTexts(
        _ field: UnsafeRawBufferPointer,
        into json: inout [UInt8]
    ) -> Bool {
        var cursor = TupleCursor(field)
        guard let dimensions = cursor.integer(4), cursor.integer(4) == 0,
            cursor.integer(4) == textType
        else { return false }
        json.append(UInt8(ascii: "["))
        if dimensions != 0 {
            guard dimensions == 1, let count = cursor.integer(4), count > 0,
                cursor.integer(4) == 1
            else { return false }
            for element in 0..<count {
                guard let text = cursor.field(), text.baseAddress != nil, text.isUTF8 else {
                    return false
                }
                if element > 0 { json.append(UInt8(ascii: ",")) }
                JSONValue.write(string: text, into: &json)
            }
        }
        json.append(UInt8(ascii: "]"))
        return cursor.isAtEnd
    }

    private static func read(
        _ value: JSONValue,
        _ type: EventFields.Kind,
        into tuple: inout [UInt8]
    ) -> Bool {
        if value.kind == .null {
            tuple.append(-1, bytes: 4)
            return true
        }
        switch type {
        case .integer(let width):
            guard let number = value.int64,
                number >> (width * 8 - 1) == 0 || number >> (width * 8 - 1) == -1
            else { return false }
            tuple.append(Int64(width), bytes: 4)
            tuple.append(number, bytes: width)
        case .uuid:
            let text = value.stringBytes
            guard value.kind == .string, text.count == 36 else { return false }
            tuple.append(16, bytes: 4)
            // Five groups of digits, between hyphens.
            for group in [0..<8, 9..<13, 14..<18, 19..<23, 24..<36] {
                let digits = UnsafeRawBufferPointer(rebasing: text[group])
                guard Hexadecimal.append(digits, to: &tuple),
                    group.upperBound == 36 || text[group.upperBound] == UInt8(ascii: "-")
                else { return false }
            }
        case .bytes:
            guard value.kind == .string else { return false }
            tuple.append(Int64(value.stringBytes.count / 2), bytes: 4)
            return Hexadecimal.append(value.stringBytes, to: &tuple)
        case .text:
            guard value.kind == .string else { return false }
            tuple.append(field: value.stringBytes)
        case .texts: return readTexts(value, into: &tuple)
        }
        return true
    }

    private static func readTexts(_ value: JSONValue, into tuple: inout [UInt8]) -> Bool {
        guard value.kind == .array else { return false }
        var count: Int64 = 0
        var size: Int64 = 12
        for element in value.elements {
            guard element.kind == .string else { return false }
            count += 1
            size += 4 + Int64(element.stringBytes.count)
        }
        tuple.append(count == 0 ? size : size + 8, bytes: 4)
        tuple.append(count == 0 ? 0 : 1, bytes: 4)
        tuple.append(0, bytes: 4)
        tuple.append(textType, bytes: 4)
        if count == 0 { return true }
        tuple.append(count, bytes: 4)
        tuple.append(1, bytes: 4)
        for element in value.elements { tuple.append(field: element.stringBytes) }
        return true
    }

    /// PostgreSQL's number of the type `text`.
    private static let textType: Int64 = 25
}

/// Goes through a tuple, column by column.
private struct TupleCursor {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    /// Big-endian two's complement of 2, 4 or 8 bytes; nil when there are fewer.
    mutating func integer(_ width: Int) -> Int64? {
        guard bytes.count - offset >= width else { return nil }
        defer { offset += width }
        return switch width {
        case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self)))
        case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        default: Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
        }
    }

    /// The next column, without a base address for NULL; nil when the bytes end within it.
    mutating func field() -> UnsafeRawBufferPointer? {
        guard let width = integer(4), width >= -1 else { return nil }
        if width == -1 { return UnsafeRawBufferPointer(start: nil, count: 0) }
        guard bytes.count - offset >= Int(width) else { return nil }
        defer { offset += Int(width) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(width)])
    }
}

extension UnsafeRawBufferPointer {
    /// Whether it holds these bytes and no others.
    fileprivate func elements(are other: [UInt8]) -> Bool {
        other.withUnsafeBytes {
            count == $0.count && (count == 0 || memcmp(baseAddress!, $0.baseAddress!, count) == 0)
        }
    }

    fileprivate var isUTF8: Bool {
        allSatisfy { $0 < 0x80 } || String(validating: self, as: UTF8.self) != nil
    }
}

extension [UInt8] {
    /// Appends the lowest bytes of a number, the most significant first.
    fileprivate mutating func append(_ number: Int64, bytes: Int) {
        switch bytes {
        case 2: append(bytesOf: Int16(truncatingIfNeeded: number).bigEndian)
        case 4: append(bytesOf: Int32(truncatingIfNeeded: number).bigEndian)
        default: append(bytesOf: number.bigEndian)
        }
    }

    private mutating func append(bytesOf number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(field: UnsafeRawBufferPointer) {
        append(Int64(field.count), bytes: 4)
        append(contentsOf: field)
    }

    fileprivate mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }
}
