/// HTTP compares bytes; Swift's `String` compares canonically equivalent Unicode. These compare as
/// HTTP and JOSE do.
enum ASCII {
    /// Whether both have the same UTF-8 bytes.
    static func equals(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    /// Whether both have the same bytes once A-Z are folded.
    static func equalsIgnoringCase(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8) { fold($0) == fold($1) }
    }

    /// The text with A-Z folded, other bytes untouched.
    static func lowercased(_ text: String) -> String {
        String(decoding: text.utf8.map(fold), as: UTF8.self)
    }

    /// The text without leading and trailing spaces and tabs (RFC 9110 §5.6.3, OWS).
    static func trimmed(_ text: some StringProtocol) -> String {
        var bytes = Array(text.utf8)[...]
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the text is a `token` of RFC 9110 §5.6.2.
    static func isToken(_ text: String) -> Bool {
        !text.utf8.isEmpty && text.utf8.allSatisfy(isTokenByte)
    }

    /// Whether the text can stand as a field value: no CR, LF, NUL or other control but tab.
    static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }

    /// The members of comma-separated lists, empty ones ignored (RFC 9110 §5.6.1.2).
    static func listMembers(_ values: [String]) -> [String] {
        values.flatMap { value in
            value.utf8.split(separator: UInt8(ascii: ",")).map { trimmed(Substring($0)) }
        }.filter { !$0.isEmpty }
    }

    private static func fold(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
