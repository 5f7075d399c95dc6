/// Cuts an expression into tokens.
struct Lexer {
    let source: [UInt8]
    var place = 0

    init(_ source: String) {
        self.source = Array(source.utf8)
    }

    /// All tokens of an expression, the last of which is its end.
    static func tokens(of source: String) throws(Mistake) -> [Token] {
        var lexer = Lexer(source)
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    /// The byte at a distance from the place, or 0 beyond the end.
    func peek(_ distance: Int = 0) -> UInt8 {
        place + distance < source.count ? source[place + distance] : 0
    }

    private mutating func next() throws(Mistake) -> Token {
        skipSpace()
        let start = place
        guard place < source.count else { return Token(kind: .end, offset: start) }
        let byte = peek()
        let kind: Token.Kind
        if byte.isDigit || byte == UInt8(ascii: ".") && peek(1).isDigit {
            kind = try number()
        } else if let literal = try text() {
            kind = literal
        } else if byte.isNameStart {
            kind = name()
        } else if byte == UInt8(ascii: "`") {
            kind = try quotedName()
        } else {
            kind = .symbol(try symbol())
        }
        return Token(kind: kind, offset: start)
    }

    private mutating func skipSpace() {
        while place < source.count {
            if [9, 10, 12, 13, 32].contains(peek()) {
                place += 1
            } else if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
                while place < source.count, peek() != 10 { place += 1 }
            } else {
                return
            }
        }
    }

    private mutating func name() -> Token.Kind {
        let start = place
        while peek().isNameStart || peek().isDigit { place += 1 }
        let name = String(decoding: source[start..<place], as: UTF8.self)
        return name == "in" ? .symbol(.in) : .name(name)
    }

    private mutating func quotedName() throws(Mistake) -> Token.Kind {
        let start = place
        place += 1
        while place < source.count, peek() != UInt8(ascii: "`") {
            guard peek().isNameStart || peek().isDigit || "./- ".utf8.contains(peek()) else {
                throw Mistake("a quoted name has letters, digits and any of '_./- '", at: place)
            }
            place += 1
        }
        guard place < source.count, place > start + 1 else {
            throw Mistake("a quoted name is not closed, or empty", at: start)
        }
        place += 1
        return .quotedName(String(decoding: source[start + 1..<place - 1], as: UTF8.self))
    }

    private mutating func symbol() throws(Mistake) -> Token.Symbol {
        for length in [2, 1] where place + length <= source.count {
            let text = String(decoding: source[place..<place + length], as: UTF8.self)
            if let symbol = Token.Symbol(rawValue: text) {
                place += length
                return symbol
            }
        }
        switch peek() {
        case UInt8(ascii: "="): throw Mistake("'=' stands alone; equality is '=='", at: place)
        case UInt8(ascii: "&"): throw Mistake("'&' stands alone; 'and' is '&&'", at: place)
        case UInt8(ascii: "|"): throw Mistake("'|' stands alone; 'or' is '||'", at: place)
        default:
            let rest = String(decoding: source[place...].prefix(4), as: UTF8.self)
            let character = rest.unicodeScalars.first.map { String($0) } ?? ""
            throw Mistake("'\(character)' has no meaning here", at: place)
        }
    }

    private mutating func number() throws(Mistake) -> Token.Kind {
        let start = place
        if peek() == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x"), peek(2).isHexDigit {
            place += 2
            while peek().isHexDigit { place += 1 }
            return try whole(digits: start + 2..<place, radix: 16, start: start)
        }
        while peek().isDigit { place += 1 }
        var isDouble = false
        if peek() == UInt8(ascii: "."), peek(1).isDigit {
            isDouble = true
            place += 1
            while peek().isDigit { place += 1 }
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            let signed = [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(peek(1))
            if peek(signed ? 2 : 1).isDigit {
                isDouble = true
                place += signed ? 2 : 1
                while peek().isDigit { place += 1 }
            }
        }
        guard isDouble else { return try whole(digits: start..<place, radix: 10, start: start) }
        let text = String(decoding: source[start..<place], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw Mistake("the number is too large for a double", at: start)
        }
        try refuseName(after: start)
        return .double(value)
    }

    private mutating func whole(
        digits: Range<Int>,
        radix: Int,
        start: Int
    ) throws(Mistake) -> Token.Kind {
        let isUnsigned = peek() | 0x20 == UInt8(ascii: "u")
        let text = String(decoding: source[digits], as: UTF8.self)
        guard let value = UInt64(text, radix: radix), isUnsigned || value <= 1 << 63 else {
            throw Mistake("the number is too large for 64 bits", at: start)
        }
        if isUnsigned { place += 1 }
        try refuseName(after: start)
        return isUnsigned ? .uint(value) : .int(value)
    }

    private func refuseName(after start: Int) throws(Mistake) {
        guard peek().isNameStart else { return }
        throw Mistake("a number runs into a name", at: start)
    }
}

extension UInt8 {
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
    var isHexDigit: Bool { hexValue != nil }
    var isNameStart: Bool {
        (self | 0x20) &- UInt8(ascii: "a") < 26 || self == UInt8(ascii: "_")
    }

    var hexValue: UInt32? {
        if isDigit { return UInt32(self - UInt8(ascii: "0")) }
        let letter = (self | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? UInt32(letter) + 10 : nil
    }
}
