/// Finds the name that a person may have meant.
enum Suggestion {
    /// ` (did you mean 'x'?)` when a known name is near, else nothing.
    static func hint(for name: String, among known: some Sequence<String>) -> String {
        let word = Array(name.utf8)
        guard word.count <= 64 else { return "" }
        var nearest: (name: String, distance: Int)?
        for candidate in known {
            let limit = min(nearest.map { $0.distance } ?? Int.max, max(1, word.count / 3) + 1)
            let distance = distance(word, Array(candidate.utf8))
            let isEarlier = nearest.map { distance == $0.distance && candidate < $0.name } ?? false
            if distance < limit || isEarlier { nearest = (candidate, distance) }
        }
        return nearest.map { " (did you mean '\($0.name)'?)" } ?? ""
    }

    /// How many letters differ, are missing or too many.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard abs(left.count - right.count) < 24 else { return Int.max }
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let substitution = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substitution, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
