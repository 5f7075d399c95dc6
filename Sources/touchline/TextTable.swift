/// Rows of words in columns, as a terminal shows them.
struct TextTable {
    private var rows: [[String]]
    /// Spaces before each row.
    private let indent: Int

    /// - Parameter head: the first row. Its first column stands left, all others right.
    init(_ head: [String], indent: Int = 2) {
        rows = [head]
        self.indent = indent
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + gap : gap + cell
            }
            let line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
