/// Traces of a token in bytes that no envelope can be read from. The record must not hold a token, and
/// what can't be read doesn't tell where one stands: what has a trace of one is not kept at all.
enum TokenTraces {
    /// Whether bytes may hold a token: they have the name `token`, each letter as it is or as JSON's
    /// escape for it (RFC 8259 §7), or `eyJ`, with which JWTs begin (`{"` in base64url).
    static func areIn(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        while place < bytes.count {
            switch bytes[place] {
            case 0x65, 0x74, 0x5C:  // e, t, \
                if isWord(name, at: place, bytes) || isWord(beginning, at: place, bytes) {
                    return true
                }
            default: break
            }
            place += 1
        }
        return false
    }

    private static func isWord(
        _ word: [UInt8],
        at start: Int,
        _ bytes: UnsafeRawBufferPointer
    ) -> Bool {
        var place = start
        for letter in word {
            guard place < bytes.count else { return false }
            if bytes[place] == letter {
                place += 1
            } else if isEscape(of: letter, at: place, bytes) {
                place += escapeBytes
            } else {
                return false
            }
        }
        return true
    }

    private static func isEscape(
        of letter: UInt8,
        at place: Int,
        _ bytes: UnsafeRawBufferPointer
    ) -> Bool {
        guard bytes[place] == UInt8(ascii: "\\"), place + escapeBytes <= bytes.count,
            bytes[place + 1] == UInt8(ascii: "u")
        else { return false }
        let digits = UnsafeRawBufferPointer(rebasing: bytes[place + 2..<place + escapeBytes])
        return Int(String(decoding: digits, as: UTF8.self), radix: 16) == Int(letter)
    }

    /// `\u` and four digits.
    private static let escapeBytes = 6
    private static let name = Array("token".utf8)
    private static let beginning = Array("eyJ".utf8)
}
