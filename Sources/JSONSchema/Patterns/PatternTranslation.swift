/// Writes a regular expression of ECMA-262 (with its `u` flag) in RE2's syntax.
///
/// More lenient than ECMA-262 where no doubt can arise: punctuation may be escaped needlessly,
/// and a `{` that begins no repetition is itself.
struct PatternTranslation {
    private let source: [Unicode.Scalar]
    private var place = 0
    private var output = ""
    /// Places of the groups that are open.
    private var groups: [Int] = []
    /// Whether what stands before may be repeated.
    private var hasAtom = false
    /// Whether look-around and back references pass, for checking the syntax only.
    private let isLenient: Bool

    /// The expression for RE2, or a mistake in it.
    static func re2(_ source: String) throws(PatternMistake) -> String {
        var translation = PatternTranslation(source, isLenient: false)
        try translation.run()
        return translation.output
    }

    /// Whether a text is a regular expression of ECMA-262, whatever RE2 can do.
    static func isValid(_ source: String) -> Bool {
        var translation = PatternTranslation(source, isLenient: true)
        return (try? translation.run()) != nil
    }

    private init(_ source: String, isLenient: Bool) {
        self.source = Array(source.unicodeScalars)
        self.isLenient = isLenient
    }

    private mutating func run() throws(PatternMistake) {
        guard source.count <= Self.scalarsMax else {
            throw PatternMistake(message: "the pattern is too long", scalarOffset: 0)
        }
        while place < source.count { try term() }
        if let open = groups.last {
            throw PatternMistake(message: "this '(' is never closed", scalarOffset: open)
        }
    }

    private var next: Unicode.Scalar? { place < source.count ? source[place] : nil }

    private func mistake(_ message: String, at offset: Int) -> PatternMistake {
        PatternMistake(message: message, scalarOffset: offset)
    }

    /// What ECMA-262 has and RE2 can't do.
    private func refuse(_ what: String, at offset: Int) throws(PatternMistake) {
        guard !isLenient else { return }
        throw PatternMistake(message: what, scalarOffset: offset)
    }

    private mutating func term() throws(PatternMistake) {
        let start = place
        let scalar = source[place]
        place += 1
        switch scalar {
        case "^": emit(#"\A"#, isAtom: false)
        case "$": emit(#"\z"#, isAtom: false)
        case "|": emit("|", isAtom: false)
        case ".": emit(#"[^\n\r\x{2028}\x{2029}]"#)
        case "(": try group(from: start)
        case ")":
            guard groups.popLast() != nil else {
                throw mistake("this ')' closes nothing", at: start)
            }
            emit(")")
        case "[": try characterClass(from: start)
        case "\\": try escape(from: start)
        case "*", "+", "?": try quantifier(String(scalar), from: start)
        case "{":
            if let counts = try counts(from: start) {
                try quantifier(counts, from: start)
            } else {
                emit(Self.literal(scalar))
            }
        default: emit(Self.literal(scalar))
        }
    }

    private mutating func emit(_ text: String, isAtom: Bool = true) {
        output += text
        hasAtom = isAtom
    }

    /// A character that means itself.
    static func literal(_ scalar: Unicode.Scalar) -> String {
        let isPlain =
            scalar.value >= 0x80 || scalar.properties.isAlphabetic
            || ("0"..."9").contains(scalar)
        return isPlain ? String(scalar) : #"\x{"# + String(scalar.value, radix: 16) + "}"
    }

    private mutating func group(from start: Int) throws(PatternMistake) {
        groups.append(start)
        guard next == "?" else { return emit("(?:", isAtom: false) }
        place += 1
        let mark = next
        place += 1
        switch mark {
        case ":": emit("(?:", isAtom: false)
        case "=", "!":
            try refuse("look-ahead is not linear-time and not supported", at: start)
            emit("(?:", isAtom: false)
        case "<":
            if next == "=" || next == "!" {
                try refuse("look-behind is not linear-time and not supported", at: start)
                place += 1
                return emit("(?:", isAtom: false)
            }
            try skipName(at: place)
            emit("(?:", isAtom: false)
        default: throw mistake("ECMA-262 has no group that begins so", at: start)
        }
    }

    /// A group's name up to its `>`: nothing of a match is ever taken out by name.
    private mutating func skipName(at start: Int) throws(PatternMistake) {
        while let scalar = next, scalar == "_" || scalar == "$" || Self.isInWord(scalar) {
            place += 1
        }
        guard next == ">", place > start else {
            throw mistake("a name and '>' are wanted", at: start)
        }
        place += 1
    }

    private static func isInWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isIDContinue
    }

    private mutating func quantifier(_ text: String, from start: Int) throws(PatternMistake) {
        guard hasAtom else { throw mistake("there is nothing to repeat before this", at: start) }
        output += text
        if next == "?" {
            output += "?"
            place += 1
        }
        hasAtom = false
    }

    /// `{2}`, `{2,}` or `{2,3}` from its brace on; nil when it is none.
    private mutating func counts(from start: Int) throws(PatternMistake) -> String? {
        var index = place
        var numbers = [""]
        while index < source.count, source[index] != "}" {
            let scalar = source[index]
            index += 1
            if scalar == ",", numbers.count == 1, !numbers[0].isEmpty {
                numbers.append("")
            } else if ("0"..."9").contains(scalar) {
                numbers[numbers.count - 1].unicodeScalars.append(scalar)
            } else {
                return nil
            }
        }
        guard index < source.count, !numbers[0].isEmpty else { return nil }
        place = index + 1
        let counts = numbers.map { $0.isEmpty ? 0 : Int($0) ?? Int.max }
        if counts.contains(where: { $0 > Self.repetitionsMax }) {
            let message =
                "a pattern repeats at most \(Self.repetitionsMax) times; lengths are better"
                + " asked for with minLength and maxLength"
            try refuse(message, at: start)
        }
        if numbers.count == 2, !numbers[1].isEmpty, counts[1] < counts[0] {
            throw mistake("the numbers of this repetition are out of order", at: start)
        }
        return "{" + numbers.joined(separator: ",") + "}"
    }

    // MARK: Escapes

    private mutating func escape(from start: Int) throws(PatternMistake) {
        guard let scalar = next else { throw mistake(#"nothing follows this '\'"#, at: start) }
        switch scalar {
        case "b", "B":
            place += 1
            emit(#"\"# + String(scalar), isAtom: false)
        case "1"..."9":
            try refuse("a back reference is not linear-time and not supported", at: start)
            while let digit = next, ("0"..."9").contains(digit) { place += 1 }
            emit("")
        case "k":
            place += 1
            guard next == "<" else { throw mistake(#"a name is wanted after '\k'"#, at: start) }
            try refuse("a back reference is not linear-time and not supported", at: start)
            place += 1
            try skipName(at: place)
            emit("")
        default:
            let set = try CharacterSetReader.escape(source, &place, isInClass: false)
            emit(set.expression)
        }
    }

    private mutating func characterClass(from start: Int) throws(PatternMistake) {
        var reader = CharacterSetReader(source, place)
        let text = try reader.characterClass(from: start)
        place = reader.place
        emit(text)
    }

    /// RE2's own limit.
    private static let repetitionsMax = 1000
    /// Longer ones take too long to compile.
    private static let scalarsMax = 16_384
}
