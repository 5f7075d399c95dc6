/// A mistake in a schema, told to the person who wrote it.
package struct SchemaMistake: Error, Hashable, Sendable {
    package let file: String
    /// Where in the file, from 1.
    package let line: Int
    /// Where in the line, in Unicode scalars from 1.
    package let column: Int
    /// A sentence without a full stop.
    package let message: String
    /// The line, without its line break.
    package let excerpt: String

    /// - Parameter offset: where in the text, in bytes of UTF-8.
    init(_ message: String, at offset: Int, in source: SchemaText) {
        let bytes = source.text.utf8
        let place = bytes.index(bytes.startIndex, offsetBy: offset, limitedBy: bytes.endIndex)
        let before = bytes[..<(place ?? bytes.endIndex)]
        let start = before.lastIndex(of: 10).map { bytes.index(after: $0) } ?? bytes.startIndex
        let end = bytes[start...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.endIndex
        file = source.file
        line = before.count { $0 == 10 } + 1
        column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
        excerpt = String(decoding: bytes[start..<end].prefix(Self.excerptBytesMax), as: UTF8.self)
        self.message = message
    }

    /// Schemas in one line of a megabyte needn't be kept whole with each mistake.
    private static let excerptBytesMax = 16 << 10
}

extension SchemaMistake: CustomStringConvertible {
    /// `file:line:column: message`, then the line and a caret below it.
    package var description: String {
        let scalars = Array(excerpt.unicodeScalars)
        let head = "\(file):\(line):\(column): \(message)"
        guard column <= scalars.count + 1 else { return head }
        // A long line is cut to what surrounds the mistake.
        let first = max(0, column - 1 - Self.excerptBefore)
        let shown = scalars[first..<min(scalars.count, first + Self.excerptMax)]
        let margin = shown.prefix(column - 1 - first).map { $0 == "\t" ? "\t" : " " }.joined()
        let line = String(String.UnicodeScalarView(shown.map(\.shownInText)))
        return "\(head)\n    \(line)\n    \(margin)^"
    }

    private static let excerptBefore = 90
    private static let excerptMax = 160
}

extension SchemaMistake: Comparable {
    /// By file, line and column.
    package static func < (left: SchemaMistake, right: SchemaMistake) -> Bool {
        (left.file, left.line, left.column, left.message)
            < (right.file, right.line, right.column, right.message)
    }
}

/// All mistakes that were found, in the order of the files.
package struct SchemaErrors: Error, Hashable, Sendable, CustomStringConvertible {
    package let mistakes: [SchemaMistake]

    init(_ mistakes: [SchemaMistake]) {
        self.mistakes = Set(mistakes).sorted()
    }

    package var description: String { mistakes.map(\.description).joined(separator: "\n") }
}

extension Unicode.Scalar {
    /// Controls would move the caret, or the terminal.
    var shownInText: Unicode.Scalar {
        switch properties.generalCategory {
        case .control where self != "\t": "\u{FFFD}"
        case .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: self
        }
    }
}
