/// Guesses which word was meant.
enum Spelling {
    /// The nearest of the known words, when it is near enough to be a slip of the keyboard.
    static func nearest(to word: String, of known: some Sequence<String>) -> String? {
        let distanceMax = max(1, min(3, word.count / 3))
        return known.map { (distance(word, $0), $0) }
            .filter { $0.0 <= distanceMax }
            .min { $0 < $1 }?.1
    }

    /// ` (did you mean 'port'?)`, or nothing.
    static func hint(for word: String, of known: some Sequence<String>) -> String {
        nearest(to: word, of: known).map { " (did you mean '\($0)'?)" } ?? ""
    }

    /// Insertions, deletions, changes and swaps of neighbours from one word to the other.
    static func distance(_ first: String, _ second: String) -> Int {
        let a = Array(first.lowercased())
        let b = Array(second.lowercased())
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
