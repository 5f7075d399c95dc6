/// Addresses of the Internet as text.
enum IPAddress {
    /// Four decimal numbers without leading zeros (RFC 2673, section 3.2).
    static func isV4(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        for part in 0..<4 {
            if part > 0, !cursor.take(UInt8(ascii: ".")) { return false }
            if cursor.take(UInt8(ascii: "0")) { continue }
            var number = 0
            while number < 256, let byte = cursor.next, isDigit(byte) {
                number = number * 10 + Int(byte - 0x30)
                _ = cursor.take(byte)
            }
            guard (1...255).contains(number) else { return false }
        }
        return cursor.isAtEnd
    }

    /// RFC 4291, section 2.2; without a zone.
    static func isV6(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        var groups = 0
        var hasGap = false
        if cursor.take(UInt8(ascii: ":")) {
            guard cursor.take(UInt8(ascii: ":")) else { return false }
            hasGap = true
        }
        while !cursor.isAtEnd {
            let group = cursor
            let digits = cursor.takeAll(isHexDigit)
            if cursor.next == UInt8(ascii: ".") {
                groups += 2
                return isV4(group.rest) && (hasGap ? groups < 8 : groups == 8)
            }
            guard (1...4).contains(digits) else { return false }
            groups += 1
            if cursor.isAtEnd { break }
            guard cursor.take(UInt8(ascii: ":")) else { return false }
            if cursor.take(UInt8(ascii: ":")) {
                guard !hasGap else { return false }
                hasGap = true
            } else if cursor.isAtEnd {
                return false
            }
        }
        return hasGap ? groups < 8 : groups == 8
    }
}
