/// Cuts JSON text into its tokens, in their order.
struct TextScanner {
    enum Token: Equatable {
        case open(UInt8)
        case close(UInt8)
        case string, number, literal, comma, colon
        /// What begins no token of JSON, or isn't ended.
        case fault(String)
    }

    private let bytes: [UInt8]
    /// Where the next token is looked for.
    private(set) var place = 0
    /// Where the last token begins.
    private(set) var start = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The last token's bytes.
    var lastBytes: ArraySlice<UInt8> { bytes[start..<place] }

    mutating func next() -> Token? {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
        start = place
        guard place < bytes.count else { return nil }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .open(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): return .close(byte)
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: ":"): return .colon
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        default:
            while place < bytes.count, isLetter(bytes[place]) { place += 1 }
            let word = String(decoding: lastBytes, as: UTF8.self)
            if ["true", "false", "null"].contains(word) { return .literal }
            return .fault(Self.complaint(about: byte))
        }
    }

    private static func complaint(about byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): "a JSON string is written in double quotes"
        case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments"
        default: "this is not valid JSON"
        }
    }

    private mutating func string() -> Token {
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return .string
            case UInt8(ascii: "\\"):
                guard place < bytes.count, isEscape() else {
                    return .fault("the string has an escape that JSON doesn't have")
                }
                place += 1
            case 0..<0x20: return .fault("the string isn't closed on its line")
            default: break
            }
        }
        return .fault("the string isn't closed")
    }

    /// Whether an escape's letter stands here; moves to the last of a `\u`'s digits.
    private mutating func isEscape() -> Bool {
        guard bytes[place] == UInt8(ascii: "u") else {
            return "\"\\/bfnrt".utf8.contains(bytes[place])
        }
        guard place + 4 < bytes.count,
            bytes[place + 1...place + 4].allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }
            )
        else { return false }
        place += 4
        return true
    }

    private mutating func number() -> Token {
        while place < bytes.count, "0123456789+-.eE".utf8.contains(bytes[place]) { place += 1 }
        return Self.isNumber(lastBytes) ? .number : .fault("this is not a number of JSON")
    }

    private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        func digits(_ rest: inout ArraySlice<UInt8>) -> Bool {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        if rest.first == UInt8(ascii: "0") {
            rest.removeFirst()
        } else if !digits(&rest) {
            return false
        }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            if !digits(&rest) { return false }
        }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            if let sign = rest.first, "+-".utf8.contains(sign) { rest.removeFirst() }
            if !digits(&rest) { return false }
        }
        return rest.isEmpty
    }
}
