extension Lexer {
    /// A literal text or bytes, with prefixes `r` (raw) and `b` (bytes), or nil when none starts.
    mutating func text() throws(Mistake) -> Token.Kind? {
        let start = place
        var isBytes = false
        var isRaw = false
        var prefix = 0
        if peek() | 0x20 == UInt8(ascii: "b") {
            isBytes = true
            prefix = 1
        }
        if peek(prefix) | 0x20 == UInt8(ascii: "r") {
            isRaw = true
            prefix += 1
        }
        let quote = peek(prefix)
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        place += prefix
        let isTriple = peek(1) == quote && peek(2) == quote
        place += isTriple ? 3 : 1
        var content: [UInt8] = []
        while true {
            guard place < source.count else {
                throw Mistake("the text that starts here is not closed", at: start)
            }
            let byte = peek()
            if byte == quote, !isTriple || peek(1) == quote && peek(2) == quote { break }
            if !isTriple, byte == 10 || byte == 13 {
                throw Mistake("the text that starts here is not closed on its line", at: start)
            }
            if byte == UInt8(ascii: "\\"), !isRaw {
                try escape(into: &content, isBytes: isBytes)
            } else {
                content.append(byte)
                place += 1
            }
        }
        place += isTriple ? 3 : 1
        return isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self))
    }

    private mutating func escape(into content: inout [UInt8], isBytes: Bool) throws(Mistake) {
        let start = place
        let letter = peek(1)
        if let plain = Self.plainEscapes[letter] {
            content.append(plain)
            place += 2
            return
        }
        let digits: Int
        switch letter {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): digits = 2
        case UInt8(ascii: "u") where !isBytes: digits = 4
        case UInt8(ascii: "U") where !isBytes: digits = 8
        case UInt8(ascii: "0")...UInt8(ascii: "3"): digits = 3
        default: throw Mistake("the text has an unknown escape", at: start)
        }
        let isOctal = digits == 3
        place += isOctal ? 1 : 2
        var code: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = peek().hexValue, !isOctal || digit < 8 else {
                throw Mistake("an escape in the text has too few digits", at: start)
            }
            code = code << (isOctal ? 3 : 4) | digit
            place += 1
        }
        if isBytes {
            content.append(UInt8(truncatingIfNeeded: code))
        } else if let scalar = Unicode.Scalar(code) {
            content.append(contentsOf: String(scalar).utf8)
        } else {
            throw Mistake("an escape in the text is no Unicode character", at: start)
        }
    }

    private static let plainEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11,
        UInt8(ascii: "\\"): 92, UInt8(ascii: "?"): 63, UInt8(ascii: "\""): 34,
        UInt8(ascii: "'"): 39, UInt8(ascii: "`"): 96,
    ]
}
