import Yams

/// Where in its file a Unicode scalar of a value's text stands: values may be quoted, escaped and
/// folded over several lines.
struct ScalarPlace {
    /// Both from 1.
    private(set) var line: Int
    private(set) var column: Int
    private let file: SourceFile

    /// - Parameter offset: Unicode scalars of the value before it; its end may be meant, too.
    init(_ offset: Int, in scalar: Node.Scalar, of file: SourceFile) {
        self.file = file
        line = scalar.mark?.line ?? 1
        column = scalar.mark?.column ?? 1
        switch scalar.style {
        case .literal, .folded: seek(offset, inBlock: scalar)
        case .singleQuoted, .doubleQuoted:
            column += 1
            seek(offset, scalar.style)
        default: seek(offset, scalar.style)
        }
    }

    /// A block's lines stand below its mark, behind the indent of the first. `|` keeps their ends,
    /// `>` makes spaces of them.
    private mutating func seek(_ offset: Int, inBlock scalar: Node.Scalar) {
        var rest = offset
        line += 1
        while isBlank(line), line < file.lineCount, rest > 0 { (line, rest) = (line + 1, rest - 1) }
        let indent = scalars(nextLine(from: line)).prefix { $0 == " " }.count
        while true {
            let count = max(0, scalars(line).count - indent)
            column = indent + min(rest, count) + 1
            let next = nextLine(from: line + 1)
            guard rest > count, next <= file.lineCount else { return }
            let blanks = next - line - 1
            let isKept =
                scalar.style == .literal
                || [line, next].contains { scalars($0).dropFirst(indent).first?.isBlank == true }
            let ends = isKept ? blanks + 1 : max(1, blanks)
            guard rest >= count + ends else { return }
            rest -= count + ends
            line = next
        }
    }

    /// Plain and quoted texts go on behind the indent of the next line.
    private mutating func seek(_ offset: Int, _ style: Node.Scalar.Style) {
        var rest = offset
        while rest > 0 {
            let text = scalars(line)
            let end = (text.lastIndex { !$0.isBlank } ?? -1) + 1
            let isJoined = style == .doubleQuoted && column == end && text[end - 1] == "\\"
            if column <= end, !isJoined {
                column += Self.width(of: text[(column - 1)...], style)
                rest -= 1
                continue
            }
            let next = nextLine(from: line + 1)
            guard next <= file.lineCount else { return }
            if !isJoined { rest -= max(1, next - line - 1) }
            guard rest >= 0 else { return }
            line = next
            column = scalars(next).prefix { $0.isBlank }.count + 1
        }
    }

    /// How many scalars of the file the first scalar of a text takes.
    private static func width(
        of rest: ArraySlice<Unicode.Scalar>,
        _ style: Node.Scalar.Style
    ) -> Int {
        switch (style, rest.first, rest.dropFirst().first) {
        case (.singleQuoted, "'", _): 2
        case (.doubleQuoted, "\\", "x"): 4
        case (.doubleQuoted, "\\", "u"): 6
        case (.doubleQuoted, "\\", "U"): 10
        case (.doubleQuoted, "\\", _): 2
        default: 1
        }
    }

    private func scalars(_ line: Int) -> [Unicode.Scalar] { Array(file.line(line).unicodeScalars) }

    private func isBlank(_ line: Int) -> Bool {
        file.line(line).unicodeScalars.allSatisfy(\.isBlank)
    }

    /// The first line from this one on that isn't blank; beyond the end when all are.
    private func nextLine(from line: Int) -> Int {
        var next = line
        while next <= file.lineCount, isBlank(next) { next += 1 }
        return next
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
}
