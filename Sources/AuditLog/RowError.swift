/// Why a value can't be a row, or why bytes are not one.
package enum RowError: Error, Hashable, Sendable {
    /// The tuple ends inside this column.
    case truncated(column: String)
    /// The tuple starts with another number of columns than the row has.
    case columnCount(Int)
    /// The column has another width than its type.
    case width(column: String, bytes: Int)
    /// The column may not be NULL.
    case null(column: String)
    /// The number has no meaning in this column, or is out of its range.
    case value(column: String, number: Int64)
    /// The text is not valid UTF-8.
    case notUTF8(column: String)
    /// The text holds U+0000, which PostgreSQL can't store.
    case zeroCharacter(column: String)
    /// The value is longer than `limit` (bytes, or elements of an array).
    case tooLong(column: String, count: Int, limit: Int)
    /// The array is not a one-dimensional text[] from index 1 without NULLs.
    case arrayLayout(column: String)
    /// The text is not a JSON object.
    case notAnObject(column: String)
    /// Bytes follow the last column.
    case trailingBytes(Int)
}

extension RowError: CustomStringConvertible {
    /// Safe to log: names columns and sizes, never values of text.
    package var description: String {
        switch self {
        case .truncated(let column): "the tuple ends inside column \(column)"
        case .columnCount(let count): "the tuple has \(count) columns"
        case .width(let column, let bytes): "column \(column) can't be \(bytes) bytes wide"
        case .null(let column): "column \(column) can't be NULL"
        case .value(let column, let number): "column \(column) can't be \(number)"
        case .notUTF8(let column): "column \(column) is not valid UTF-8"
        case .zeroCharacter(let column): "column \(column) holds U+0000"
        case .tooLong(let column, let count, let limit):
            "column \(column) is \(count) long, more than \(limit)"
        case .arrayLayout(let column): "column \(column) is not a plain text array"
        case .notAnObject(let column): "column \(column) is not a JSON object"
        case .trailingBytes(let count): "\(count) bytes follow the last column"
        }
    }
}
