/// Guesses which word was meant, for the messages of whatever reads what people write by hand.
package enum Spelling {
    /// The nearest known word that differs in at most a third of its letters, whatever their case;
    /// the first in alphabetical order of several.
    ///
    /// Words of more than 64 letters are no slips of the finger; beyond 200 known words none is
    /// looked at, so that a huge file's mistakes are told in time.
    package static func nearest(to word: String, of known: some Sequence<String>) -> String? {
        guard let letters = letters(of: word) else { return nil }
        var nearest: (distance: Int, word: String)?
        for candidate in known.prefix(wordsMax) {
            guard let other = Self.letters(of: candidate) else { continue }
            let budget = max(1, max(letters.count, other.count) / 3)
            guard abs(other.count - letters.count) <= budget else { continue }
            let distance = distance(letters, other)
            guard distance <= budget else { continue }
            if nearest.map({ (distance, candidate) < $0 }) ?? true {
                nearest = (distance, candidate)
            }
        }
        return nearest?.word
    }

    /// ` (did you mean 'x'?)` when a known word is near, else nothing.
    package static func hint(for word: String, of known: some Sequence<String>) -> String {
        nearest(to: word, of: known).map { " (did you mean '\($0)'?)" } ?? ""
    }

    /// As `hint`, but ` (known: x, y)` when none is near and there are no more than twelve.
    package static func hintOrList(for word: String, of known: some Sequence<String>) -> String {
        let known = Array(known)
        let hint = hint(for: word, of: known)
        guard hint.isEmpty, !known.isEmpty, known.count <= listedMax else { return hint }
        return " (known: \(known.joined(separator: ", ")))"
    }

    private static func letters(of word: String) -> [Unicode.Scalar]? {
        let letters = Array(word.lowercased().unicodeScalars.prefix(lettersMax + 1))
        return letters.count <= lettersMax ? letters : nil
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

    private static let lettersMax = 64
    private static let wordsMax = 200
    private static let listedMax = 12
}
