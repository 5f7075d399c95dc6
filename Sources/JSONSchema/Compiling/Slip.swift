/// Finds the word that someone probably meant.
enum Slip {
    /// ` (did you mean 'x'?)` when a known word is near, else nothing.
    static func hint(_ word: String, among known: some Sequence<String>) -> String {
        nearest(word, among: known).map { " (did you mean '\($0)'?)" } ?? ""
    }

    /// The nearest known word that differs in no more than a third of its letters.
    static func nearest(_ word: String, among known: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().unicodeScalars.prefix(lettersMax + 1))
        guard letters.count <= lettersMax else { return nil }
        let near = known.prefix(wordsMax).compactMap { candidate -> (Int, String)? in
            let other = Array(candidate.lowercased().unicodeScalars.prefix(lettersMax + 1))
            let budget = max(1, max(letters.count, other.count) / 3)
            guard other.count <= lettersMax, abs(other.count - letters.count) <= budget else {
                return nil
            }
            let distance = distance(letters, other)
            return distance <= budget ? (distance, candidate) : nil
        }
        return near.min { ($0.0, $0.1) < ($1.0, $1.1) }?.1
    }

    /// How many letters must be added, dropped, changed or swapped with their neighbour.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
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

    /// Longer words are no slips of the finger.
    private static let lettersMax = 64
    /// More words aren't compared, so that a huge schema's mistakes are told in time.
    private static let wordsMax = 200
}
