/// A mistake in an expression, told to the person who wrote it.
package struct CompileError: Error, Hashable {
    /// A sentence without a full stop.
    package let message: String
    /// Where in the expression, in bytes of UTF-8 from 0.
    package let offset: Int
    /// Where in the expression, from 1.
    package let line: Int
    /// Where in the line, in Unicode scalars from 1.
    package let column: Int

    init(_ message: String, at offset: Int, in source: String) {
        let before = source.utf8.prefix(offset)
        let start = before.lastIndex(of: 10).map { source.utf8.index(after: $0) }
        self.message = message
        self.offset = offset
        line = before.count { $0 == 10 } + 1
        column = before[(start ?? source.startIndex)...].count { $0 & 0xC0 != 0x80 } + 1
    }
}

extension CompileError: CustomStringConvertible {
    package var description: String { "\(line):\(column): \(message)" }
}

/// All mistakes found in one expression, in the order of its text.
package struct CompileErrors: Error, Hashable, CustomStringConvertible {
    package let errors: [CompileError]

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// A mistake before its line is counted.
struct Mistake: Error {
    let message: String
    let offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }
}
