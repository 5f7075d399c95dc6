import JSONDocument

/// Finds a value of a parsed document in the text that it was parsed from.
///
/// The tape has the text's tokens in their order, so that counting tokens finds the text of a
/// place on the tape.
enum SourcePlace {
    /// The bytes of the text that a value of the root's document was read from.
    ///
    /// - Parameter index: the value's place on the tape, or a key's.
    static func range(of index: Int, in text: String) -> Range<Int> {
        var scanner = TextScanner(text)
        var place = rootIndex
        var start: Int?
        var depth = 0
        while let token = scanner.next() {
            var width = 1
            switch token {
            case .comma, .colon, .fault: continue
            case .number: width = 2
            case .open: depth += 1
            case .close: depth -= 1
            case .string, .literal: break
            }
            if place == index {
                start = scanner.start
                depth = if case .open = token { 1 } else { 0 }
            }
            if let start, depth == 0 { return start..<scanner.place }
            place += width
        }
        return 0..<0
    }

    /// Where a scalar of a string's decoded text stands, in bytes of the whole text.
    static func offset(ofScalar scalar: Int, inString index: Int, of text: String) -> Int {
        let range = range(of: index, in: text)
        let bytes = Array(text.utf8)
        var place = range.lowerBound + 1
        for _ in 0..<scalar where place < range.upperBound - 1 {
            if bytes[place] == UInt8(ascii: "\\") {
                let isPair = hexValue(bytes, at: place).map { (0xD800..<0xDC00).contains($0) }
                place += hexValue(bytes, at: place) == nil ? 2 : isPair == true ? 12 : 6
            } else {
                place += 1
                while place < range.upperBound, bytes[place] & 0xC0 == 0x80 { place += 1 }
            }
        }
        return min(place, range.upperBound)
    }

    private static func hexValue(_ bytes: [UInt8], at place: Int) -> Int? {
        guard place + 6 <= bytes.count, bytes[place + 1] == UInt8(ascii: "u") else { return nil }
        return Int(String(decoding: bytes[place + 2..<place + 6], as: UTF8.self), radix: 16)
    }

    /// The tape's first word is simdjson's own.
    private static let rootIndex = 1
}
