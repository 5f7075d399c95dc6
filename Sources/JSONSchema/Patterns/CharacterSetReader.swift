/// Reads ECMA-262's classes `[…]` and its escapes of characters, and writes them for RE2.
struct CharacterSetReader {
    private let source: [Unicode.Scalar]
    private(set) var place: Int

    init(_ source: [Unicode.Scalar], _ place: Int) {
        self.source = source
        self.place = place
    }

    /// One character, or what stands for several.
    enum Atom {
        case scalar(Unicode.Scalar)
        /// What may stand within RE2's brackets.
        case set(String)

        /// As an expression of its own.
        var expression: String {
            switch self {
            case .scalar(let scalar): PatternTranslation.literal(scalar)
            case .set(let set): "[\(set)]"
            }
        }
    }

    /// A class, after its `[`.
    mutating func characterClass(from start: Int) throws(PatternMistake) -> String {
        var isNegated = false
        if place < source.count, source[place] == "^" {
            isNegated = true
            place += 1
        }
        var content = ""
        while place < source.count, source[place] != "]" {
            let first = place
            let atom = try atom()
            guard place + 1 < source.count, source[place] == "-", source[place + 1] != "]" else {
                content += Self.content(atom)
                continue
            }
            let dash = place
            place += 1
            let last = try self.atom()
            if case .scalar(let low) = atom, case .scalar(let high) = last {
                guard low <= high else {
                    throw PatternMistake(message: "this range is out of order", scalarOffset: first)
                }
                content += Self.code(low) + "-" + Self.code(high)
            } else {
                // `[\w-.]`: the hyphen can't be a range's.
                place = dash + 1
                content += Self.content(atom) + Self.code("-")
            }
        }
        guard place < source.count else {
            throw PatternMistake(message: "this '[' is never closed", scalarOffset: start)
        }
        place += 1
        if content.isEmpty { return isNegated ? Self.anything : Self.nothing }
        return "[\(isNegated ? "^" : "")\(content)]"
    }

    private mutating func atom() throws(PatternMistake) -> Atom {
        let scalar = source[place]
        place += 1
        guard scalar == "\\" else { return .scalar(scalar) }
        return try Self.escape(source, &place, isInClass: true)
    }

    private static func content(_ atom: Atom) -> String {
        switch atom {
        case .scalar(let scalar): code(scalar)
        case .set(let set): set
        }
    }

    /// A character within brackets, where RE2 gives some a meaning that ECMA-262 doesn't.
    private static func code(_ scalar: Unicode.Scalar) -> String {
        #"\x{"# + String(scalar.value, radix: 16) + "}"
    }

    /// An escape, after its backslash.
    static func escape(
        _ source: [Unicode.Scalar],
        _ place: inout Int,
        isInClass: Bool
    ) throws(PatternMistake) -> Atom {
        guard place < source.count else {
            throw PatternMistake(message: #"nothing follows this '\'"#, scalarOffset: place - 1)
        }
        let letter = source[place]
        place += 1
        switch letter {
        case "d": return .set("0-9")
        case "D": return .set(#"\x{0}-/:-\x{10ffff}"#)
        case "w": return .set("0-9A-Z_a-z")
        case "W": return .set(#"\x{0}-/:-@\x{5b}-\x{5e}\x{60}\x{7b}-\x{10ffff}"#)
        case "s": return .set(whiteSpace)
        case "S": return .set(notWhiteSpace)
        case "p", "P":
            let property = try property(source, &place)
            return .set(letter == "p" ? property.set : property.complement)
        case "b" where isInClass: return .scalar("\u{8}")
        default: return .scalar(try character(letter, source, &place))
        }
    }

    /// The character that an escape means, after its letter.
    private static func character(
        _ letter: Unicode.Scalar,
        _ source: [Unicode.Scalar],
        _ place: inout Int
    ) throws(PatternMistake) -> Unicode.Scalar {
        let start = place - 2
        func mistake(_ message: String) -> PatternMistake {
            PatternMistake(message: message, scalarOffset: start)
        }
        switch letter {
        case "t": return "\t"
        case "n": return "\n"
        case "v": return "\u{B}"
        case "f": return "\u{C}"
        case "r": return "\r"
        case "0":
            if place < source.count, ("0"..."9").contains(source[place]) {
                throw mistake("ECMA-262 has no octal escapes")
            }
            return "\0"
        case "c":
            guard place < source.count, source[place].isASCII,
                source[place].properties.isAlphabetic
            else { throw mistake(#"a letter is wanted after '\c'"#) }
            place += 1
            return Unicode.Scalar(UInt8(source[place - 1].value & 31))
        case "x":
            guard let code = hexadecimal(source, place..<place + 2),
                let scalar = Unicode.Scalar(code)
            else { throw mistake(#"two hexadecimal digits are wanted after '\x'"#) }
            place += 2
            return scalar
        case "u": return try unicode(source, &place)
        default:
            guard letter.isASCII, !letter.properties.isAlphabetic, !("0"..."9").contains(letter),
                letter.value > 0x20
            else { throw mistake(#"ECMA-262 has no escape '\\#(letter)'"#) }
            return letter
        }
    }

    /// The scalar of `\uXXXX`, of a pair of surrogates, or of `\u{X}`, after the `u`.
    private static func unicode(
        _ source: [Unicode.Scalar],
        _ place: inout Int
    ) throws(PatternMistake) -> Unicode.Scalar {
        let start = place - 2
        let wanted = PatternMistake(
            message: #"four hexadecimal digits are wanted after '\u', or a number in braces"#,
            scalarOffset: start
        )
        if place < source.count, source[place] == "{" {
            guard let end = source[place...].firstIndex(of: "}"), end - place <= 9,
                let code = hexadecimal(source, place + 1..<end), let scalar = Unicode.Scalar(code)
            else { throw wanted }
            place = end + 1
            return scalar
        }
        guard let code = hexadecimal(source, place..<place + 4) else { throw wanted }
        place += 4
        if let scalar = Unicode.Scalar(code) { return scalar }
        guard code < 0xDC00, place + 6 <= source.count, source[place] == "\\",
            source[place + 1] == "u", let low = hexadecimal(source, place + 2..<place + 6),
            (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (code - 0xD800) << 10 + (low - 0xDC00))
        else {
            throw PatternMistake(
                message: "half of a pair of surrogates matches nothing",
                scalarOffset: start
            )
        }
        place += 6
        return scalar
    }

    private static func hexadecimal(_ source: [Unicode.Scalar], _ range: Range<Int>) -> UInt32? {
        guard range.upperBound <= source.count, !range.isEmpty,
            source[range].allSatisfy(\.properties.isASCIIHexDigit)
        else { return nil }
        return UInt32(String(String.UnicodeScalarView(source[range])), radix: 16)
    }

    /// The property of `\p{name}`, after the `p`.
    private static func property(
        _ source: [Unicode.Scalar],
        _ place: inout Int
    ) throws(PatternMistake) -> UnicodeProperty {
        let start = place - 2
        guard place < source.count, source[place] == "{",
            let end = source[place...].firstIndex(of: "}")
        else {
            throw PatternMistake(
                message: #"a property's name in braces is wanted, such as \p{Letter}"#,
                scalarOffset: start
            )
        }
        let name = String(String.UnicodeScalarView(source[place + 1..<end]))
        place = end + 1
        guard let property = UnicodeProperty.re2(name) else {
            throw PatternMistake(
                message: "RE2 knows no property '\(name)'; there are general categories"
                    + #" (\p{Letter}), scripts (\p{Script=Greek}), Any, ASCII and White_Space"#,
                scalarOffset: start
            )
        }
        return property
    }

    /// ECMA-262's WhiteSpace and LineTerminator.
    static let whiteSpace =
        #"\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"#
    private static let notWhiteSpace =
        #"\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}"#
        + #"\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"#
    private static let anything = #"[\x{0}-\x{10ffff}]"#
    private static let nothing = #"[^\x{0}-\x{10ffff}]"#
}
