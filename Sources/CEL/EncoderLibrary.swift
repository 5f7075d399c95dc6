extension FunctionLibrary {
    /// The extension `encoders`.
    static let encoders: Functions = [
        "base64.encode": [
            Overload([.bytes], .string) { values throws(Fault) in
                guard case .bytes(let bytes) = values[0] else {
                    throw .noSuchOverload("base64.encode")
                }
                return .string(Base64.encode(bytes))
            }
        ],
        "base64.decode": [
            Overload([.string], .bytes) { values throws(Fault) in
                guard let bytes = Base64.decode(try values[0].text()) else {
                    throw .invalid("the text is no base64")
                }
                return .bytes(bytes)
            }
        ],
    ]
}

/// Base64 (RFC 4648, section 4); padding may be left out when decoding.
private enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(3 - group.count) * 8
            for index in 0..<4 {
                let digit = Int(bits >> UInt32(18 - 6 * index) & 63)
                result.append(index <= group.count ? alphabet[digit] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        var digits = Array(text.utf8)
        if digits.count % 4 == 0 {
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        var bits: UInt32 = 0
        for (index, digit) in digits.enumerated() {
            guard let value = values[Int(digit)] else { return nil }
            bits = bits << 6 | value
            if index % 4 > 0 { result.append(UInt8(bits >> UInt32(6 - 2 * (index % 4)) & 255)) }
        }
        let unused: UInt32 = [0, 0, 15, 3][digits.count % 4]
        return bits & unused == 0 ? result : nil
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )
    private static let values: [UInt32?] = {
        var values = [UInt32?](repeating: nil, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt32(value) }
        return values
    }()
}
