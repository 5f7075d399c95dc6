/// Base64 as strictly as RFC 4648 allows: no white space, no foreign characters, and the unused
/// bits of the last character are zero, so that a value has one encoding only.
enum Base64 {
    /// The two alphabets of RFC 4648 with the padding that their users here demand.
    enum Form {
        /// §4, `+/`, always padded: `Sec-WebSocket-Key`.
        case padded
        /// §5, `-_`, never padded: JOSE (RFC 7515 §2).
        case url
    }

    /// The decoded bytes, or nil when the text is not exactly one value of the form.
    static func decode(_ text: some Collection<UInt8>, _ form: Form) -> [UInt8]? {
        var digits = Array(text)
        if form == .padded {
            guard digits.count % 4 == 0 else { return nil }
            if digits.last == pad { digits.removeLast() }
            if digits.last == pad { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * 3 / 4)
        var buffer: UInt32 = 0
        var bits = 0
        for digit in digits {
            guard let value = value(of: digit, form) else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
                buffer &= (1 << UInt32(bits)) - 1
            }
        }
        return buffer == 0 ? bytes : nil
    }

    static func encode(_ bytes: some Collection<UInt8>, _ form: Form) -> String {
        let alphabet = form == .url ? urlAlphabet : paddedAlphabet
        var digits: [UInt8] = []
        digits.reserveCapacity((bytes.count + 2) / 3 * 4)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = (buffer << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                digits.append(alphabet[Int(buffer >> UInt32(bits) & 0x3F)])
            }
        }
        if bits > 0 { digits.append(alphabet[Int(buffer << UInt32(6 - bits) & 0x3F)]) }
        if form == .padded {
            while digits.count % 4 != 0 { digits.append(pad) }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func value(of digit: UInt8, _ form: Form) -> UInt8? {
        switch digit {
        case 0x41...0x5A: digit - 0x41
        case 0x61...0x7A: digit - 0x61 + 26
        case 0x30...0x39: digit - 0x30 + 52
        case UInt8(ascii: "+") where form == .padded: 62
        case UInt8(ascii: "/") where form == .padded: 63
        case UInt8(ascii: "-") where form == .url: 62
        case UInt8(ascii: "_") where form == .url: 63
        default: nil
        }
    }

    private static let pad = UInt8(ascii: "=")
    private static let common =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let paddedAlphabet = Array((common + "+/").utf8)
    private static let urlAlphabet = Array((common + "-_").utf8)
}
