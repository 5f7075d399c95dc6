/// A place in an expression.
package struct Place: Hashable, Sendable {
    /// In bytes of UTF-8 from 0.
    package let offset: Int
    /// From 1.
    package let line: Int
    /// In the line, in Unicode scalars from 1.
    package let column: Int

    init(_ offset: Int, in source: String) {
        let before = source.utf8.prefix(offset)
        let start = before.lastIndex(of: 10).map { source.utf8.index(after: $0) }
        self.offset = offset
        line = before.count { $0 == 10 } + 1
        column = before[(start ?? source.startIndex)...].count { $0 & 0xC0 != 0x80 } + 1
    }
}

/// A mistake in an expression, told to the person who wrote it.
package struct CompileError: Error, Hashable {
    /// A sentence without a full stop.
    package let message: String
    package let place: Place
}

extension CompileError: CustomStringConvertible {
    package var description: String { "\(place.line):\(place.column): \(message)" }
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
