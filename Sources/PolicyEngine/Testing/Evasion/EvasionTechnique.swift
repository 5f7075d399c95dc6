/// A way in which people write what a machine shall not find and a reader shall.
package enum EvasionTechnique: String, CaseIterable, Sendable {
    /// Letters and digits of other scripts and styles that look the same, and accents.
    case confusables
    /// Characters that aren't seen.
    case zeroWidth = "zero-width"
    /// Digits and signs for letters.
    case leet
    /// Words written letter by letter.
    case spacing
    /// A gap put into a word, or left out between two.
    case gaps
    /// Letters said again and again.
    case repeats
    /// Upper and lower case.
    case `case`

    /// Whether it leaves a number, an address or a link what it is to a reader: another digit or one
    /// more makes another.
    package var keepsDetails: Bool { self != .leet && self != .repeats }
}

extension EvasionTechnique {
    /// A text in disguise; nil when there is nothing in it to be disguised like this.
    func disguised(_ text: String, _ numbers: inout SeededNumbers) -> String? {
        let disguised =
            switch self {
            case .confusables: Self.replaced(text, &numbers, by: DisguisedLetters.confusables)
            case .leet: Self.replaced(text, &numbers, by: DisguisedLetters.leet)
            case .zeroWidth: Self.withInvisible(text, &numbers)
            case .spacing: Self.spelled(text, &numbers)
            case .gaps: Self.withGaps(text, &numbers)
            case .repeats: Self.repeated(text, &numbers)
            case .case: Self.inOtherCase(text, &numbers)
            }
        return disguised == text ? nil : disguised
    }

    /// Some of the scalars, one at least, for what a table has for them.
    private static func replaced(
        _ text: String,
        _ numbers: inout SeededNumbers,
        by table: (Unicode.Scalar) -> [Unicode.Scalar]
    ) -> String {
        let scalars = Array(text.unicodeScalars)
        let chosen = numbers.some(of: scalars.indices.filter { !table(scalars[$0]).isEmpty })
        return joined(
            scalars.indices.map { index in
                guard chosen.contains(index) else { return [scalars[index]] }
                return [numbers.one(of: table(scalars[index])) ?? scalars[index]]
            }
        )
    }

    private static func withInvisible(_ text: String, _ numbers: inout SeededNumbers) -> String {
        let scalars = Array(text.unicodeScalars)
        let chosen = numbers.some(of: inner(scalars))
        return joined(
            scalars.indices.map { index in
                guard chosen.contains(index) else { return [scalars[index]] }
                return [scalars[index]]
                    + [numbers.one(of: DisguisedLetters.invisible)].compactMap(\.self)
            }
        )
    }

    private static func spelled(_ text: String, _ numbers: inout SeededNumbers) -> String {
        let gap = numbers.one(of: [" ", ".", "-", "_", "*", ", ", " . "]) ?? " "
        let words = text.split(whereSeparator: \.isWhitespace)
        let spelled = words.map { $0.map(String.init).joined(separator: gap) }
        return spelled.joined(separator: gap == " " ? "   " : " ")
    }

    private static func withGaps(_ text: String, _ numbers: inout SeededNumbers) -> String {
        let scalars = Array(text.unicodeScalars)
        let isJoined = Bool.random(using: &numbers)
        if isJoined, scalars.contains(where: \.properties.isWhitespace) {
            return joined([scalars.filter { !$0.properties.isWhitespace }])
        }
        let places = inner(scalars)
        let chosen = numbers.one(of: places)
        let gap: Unicode.Scalar = numbers.one(of: [" ", ".", "-", "_", "*", "'"]) ?? " "
        return joined(scalars.indices.map { $0 == chosen ? [scalars[$0], gap] : [scalars[$0]] })
    }

    private static func repeated(_ text: String, _ numbers: inout SeededNumbers) -> String {
        let scalars = Array(text.unicodeScalars)
        let letters = scalars.indices.filter { scalars[$0].properties.isAlphabetic }
        let chosen = numbers.some(of: letters, most: 2)
        return joined(
            scalars.indices.map { index in
                let count = chosen.contains(index) ? Int.random(in: 3...6, using: &numbers) : 1
                return Array(repeating: scalars[index], count: count)
            }
        )
    }

    private static func inOtherCase(_ text: String, _ numbers: inout SeededNumbers) -> String {
        let letters = Array(text)
        let chosen = numbers.some(of: letters.indices.filter { letters[$0].isCased })
        return letters.indices.map { index in
            let letter = letters[index]
            guard chosen.contains(index) else { return String(letter) }
            return letter.isLowercase ? letter.uppercased() : letter.lowercased()
        }.joined()
    }

    /// The indices of characters that another of the same word follows.
    private static func inner(_ scalars: [Unicode.Scalar]) -> [Int] {
        func isInWord(_ index: Int) -> Bool {
            scalars[index].properties.isAlphabetic || scalars[index].properties.numericType != nil
        }
        return scalars.indices.dropLast().filter { isInWord($0) && isInWord($0 + 1) }
    }

    private static func joined(_ parts: [[Unicode.Scalar]]) -> String {
        var view = String.UnicodeScalarView()
        for part in parts { view.append(contentsOf: part) }
        return String(view)
    }
}
