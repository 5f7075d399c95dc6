/// One fault in a policy file, with its place.
package struct Diagnostic: Error, Hashable, Sendable {
    /// The file as the operator knows it, such as `Policies/rules/20-links.yaml`.
    package let file: String
    /// Counted from 1; 0 when the fault is the file as a whole.
    package let line: Int
    /// Counted from 1, in Unicode scalars; 0 when the fault is the file as a whole.
    package let column: Int
    /// What is wrong, without a full stop.
    package let message: String
    /// The line of the file, without its line break; nil when the fault is the file as a whole.
    package let excerpt: String?

    package init(file: String, line: Int, column: Int, message: String, excerpt: String?) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.excerpt = excerpt
    }

    /// A fault of the file as a whole.
    package init(file: String, message: String) {
        self.init(file: file, line: 0, column: 0, message: message, excerpt: nil)
    }
}

extension Diagnostic {
    /// The same place with another message.
    package func saying(_ message: String) -> Diagnostic {
        Diagnostic(file: file, line: line, column: column, message: message, excerpt: excerpt)
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `file:line:column: message`; then, when there is one, the line and a caret below it.
    package var description: String {
        guard line > 0 else { return "\(file): \(message)" }
        let head = "\(file):\(line):\(column): \(message)"
        guard let excerpt else { return head }
        let scalars = Array(excerpt.unicodeScalars)
        // A long line is cut to what surrounds the fault.
        let first = max(0, min(column - 1, scalars.count) - Self.excerptBefore)
        let shown = scalars[first..<min(scalars.count, first + Self.excerptMax)]
        let margin = shown.prefix(column - 1 - first).map { $0 == "\t" ? "\t" : " " }.joined()
        let line = String(String.UnicodeScalarView(shown.map(Self.printable)))
        return "\(head)\n    \(line)\n    \(margin)^"
    }

    /// Controls would move the caret, or the terminal.
    private static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.properties.generalCategory == .control && scalar != "\t" ? "\u{FFFD}" : scalar
    }

    /// Scalars of a line shown before the fault, and in all: an ordinary terminal's width.
    private static let excerptBefore = 90
    private static let excerptMax = 160
}

extension Diagnostic: Comparable {
    /// By file, line and column.
    package static func < (left: Diagnostic, right: Diagnostic) -> Bool {
        (left.file, left.line, left.column, left.message)
            < (right.file, right.line, right.column, right.message)
    }
}
