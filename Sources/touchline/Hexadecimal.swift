import AuditLog

/// Bytes as pairs of digits, in lower case.
enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.append(hexadecimal: bytes)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the bytes that the digits stand for; false for what `text` does not write.
    static func append(_ digits: UnsafeRawBufferPointer, to bytes: inout [UInt8]) -> Bool {
        guard digits.count % 2 == 0 else { return false }
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: digits.count / 2))
        return bytes.withUnsafeMutableBytes {
            read(digits, into: UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
        }
    }

    /// Reads twice as many digits as there are bytes.
    fileprivate static func read(
        _ digits: UnsafeRawBufferPointer,
        into bytes: UnsafeMutableRawBufferPointer
    ) -> Bool {
        // Without a branch for each digit: an export has hundreds of them a line.
        var faults: UInt8 = 0
        for place in 0..<bytes.count {
            let (high, low) = (digits[2 * place], digits[2 * place + 1])
            faults |= fault(high) | fault(low)
            bytes[place] = value(high) << 4 | value(low)
        }
        return faults == 0
    }

    /// The same, on their own; nil for what `text` does not write.
    static func bytes(_ digits: UnsafeRawBufferPointer) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        return append(digits, to: &bytes) ? bytes : nil
    }

    fileprivate static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// A digit's value; anything for anything else.
    private static func value(_ digit: UInt8) -> UInt8 { (digit & 15) &+ (digit >> 6) &* 9 }

    /// 0 for a digit.
    private static func fault(_ digit: UInt8) -> UInt8 {
        let isNumber = digit &- UInt8(ascii: "0") < 10
        let isLetter = digit &- UInt8(ascii: "a") < 6
        return isNumber != isLetter ? 0 : 1
    }
}

extension TreeHash {
    /// Reads 64 digits; nil for anything else.
    init?(hexadecimal digits: UnsafeRawBufferPointer) {
        guard digits.count == 2 * TreeHash.byteCount else { return nil }
        let hash = withUnsafeTemporaryAllocation(byteCount: TreeHash.byteCount, alignment: 1) {
            bytes in
            Hexadecimal.read(digits, into: bytes) ? TreeHash(UnsafeRawBufferPointer(bytes)) : nil
        }
        guard let hash else { return nil }
        self = hash
    }
}

extension [UInt8] {
    /// Appends a byte's two digits.
    mutating func append(hexadecimal byte: UInt8) {
        append(Hexadecimal.digit(byte >> 4))
        append(Hexadecimal.digit(byte & 15))
    }

    /// Appends the digits of many.
    mutating func append(hexadecimal bytes: some Sequence<UInt8>) {
        for byte in bytes { append(hexadecimal: byte) }
    }
}
