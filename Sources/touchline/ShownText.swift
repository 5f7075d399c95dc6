/// Someone's text on one line of a terminal, in which places can be pointed at.
///
/// What isn't seen or would move the cursor is shown by its number, such as `‹200B›`; line breaks
/// are `⏎`.
struct ShownText {
    private var cells: [Cell] = []

    /// A scalar of the text as it is shown.
    private struct Cell {
        var shown: String
        /// Columns that it takes.
        var width: Int
        /// Where it ends in the text's UTF-8.
        var end: Int
    }

    init(_ text: String) {
        var end = 0
        var previous: Unicode.Scalar?
        var isJoined = false
        for scalar in text.unicodeScalars {
            end += UTF8.width(scalar)
            var cell = Self.cell(scalar, after: previous)
            if isJoined, scalar.properties.isEmoji { cell.width = 0 }
            isJoined = scalar == "\u{200D}" && previous.map(Self.isEmoji) == true
            previous = scalar
            cells.append(Cell(shown: cell.shown, width: cell.width, end: end))
        }
    }

    /// The whole text.
    var line: String { cells.map(\.shown).joined() }

    /// The text, and below it carets under places of its UTF-8.
    ///
    /// - Parameter indent: what stands before both lines.
    func pointing(at places: [Range<Int>], indent: String) -> String {
        let window = window(around: places)
        var line = window.lowerBound > 0 ? "…" : ""
        var carets = line.isEmpty ? "" : " "
        for index in window {
            let start = index > 0 ? cells[index - 1].end : 0
            let isMeant = places.contains {
                $0.lowerBound < cells[index].end && start < $0.upperBound
            }
            line += cells[index].shown
            carets += String(repeating: isMeant ? "^" : " ", count: cells[index].width)
        }
        if window.upperBound < cells.count { line += "…" }
        while carets.last == " " { carets.removeLast() }
        return "\(indent)\(line)\n\(indent)\(carets)"
    }

    /// What of a long text is shown.
    private func window(around places: [Range<Int>]) -> Range<Int> {
        guard cells.count > Self.cellsMax, let first = places.map(\.lowerBound).min() else {
            return 0..<min(cells.count, Self.cellsMax)
        }
        let meant = cells.firstIndex { $0.end > first } ?? 0
        let start = max(0, min(meant - Self.cellsBefore, cells.count - Self.cellsMax))
        return start..<start + Self.cellsMax
    }

    private static func cell(
        _ scalar: Unicode.Scalar,
        after previous: Unicode.Scalar?
    ) -> (shown: String, width: Int) {
        switch scalar {
        case "\n", "\u{85}", "\u{2028}", "\u{2029}": return ("⏎", 1)
        case "\t": return (" ", 1)
        // What joins and varies pictures belongs to them.
        case "\u{200D}", "\u{FE0F}": if previous.map(isEmoji) == true { return (String(scalar), 0) }
        default: break
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .control, .format: return number(scalar)
        case .nonspacingMark, .enclosingMark:
            return properties.isDefaultIgnorableCodePoint ? number(scalar) : (String(scalar), 0)
        default: break
        }
        if properties.isDefaultIgnorableCodePoint { return number(scalar) }
        return (String(scalar), isWide(scalar) ? 2 : 1)
    }

    private static func number(_ scalar: Unicode.Scalar) -> (shown: String, width: Int) {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let shown = "‹" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex + "›"
        return (shown, shown.count)
    }

    private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isEmoji && scalar.value > 0x7F || scalar == "\u{FE0F}"
    }

    /// Whether terminals give it two columns (UAX #11).
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isEmojiPresentation { return true }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return true
        default: return false
        }
    }

    /// An ordinary terminal's width, and how much of it stands before the first place.
    private static let cellsMax = 110
    private static let cellsBefore = 50
}
