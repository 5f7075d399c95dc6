/// Finds the word that someone probably meant.
enum Nearest {
    /// ` (did you mean 'x'?)` when a known word is near, else the known words when they are few,
    /// else nothing.
    static func hint(_ word: String, among known: some Sequence<String>) -> String {
        let known = Array(known)
        let budget = max(1, word.count / 3)
        let near = known.map { (distance: distance(word.lowercased(), $0.lowercased()), word: $0) }
            .filter { $0.distance <= budget }
            .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        if let near { return " (did you mean '\(near.word)'?)" }
        guard !known.isEmpty, known.count <= namedMax else { return "" }
        return " (known: \(known.joined(separator: ", ")))"
    }

    /// How many single letters must be added, dropped, changed or swapped with their neighbour.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        guard max(left.count, right.count) <= lettersMax else { return .max }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var cost = previous[j] + (left[i] == right[j] ? 0 : 1)
                cost = min(cost, previous[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforePrevious[j - 1] + 1)
                }
                row.append(cost)
            }
            beforePrevious = previous
            previous = row
        }
        return previous[right.count]
    }

    /// More known words than this would hide the message.
    private static let namedMax = 12
    /// Longer words are no slips of the finger.
    private static let lettersMax = 64
}
