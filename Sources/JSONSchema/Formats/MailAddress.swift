/// Addresses of mail (RFC 5321, section 4.1.2; RFC 6531).
enum MailAddress {
    static func isValid(_ text: UnsafeRawBufferPointer, isInternational: Bool) -> Bool {
        var cursor = ByteCursor(text)
        let isLocal =
            cursor.next == UInt8(ascii: "\"")
            ? quoted(&cursor, isInternational) : atoms(&cursor, isInternational)
        guard isLocal, cursor.place <= localBytesMax, cursor.take(UInt8(ascii: "@")) else {
            return false
        }
        let domain = cursor.rest
        if cursor.next == UInt8(ascii: "[") { return isLiteral(domain) }
        return isInternational ? HostName.isInternational(domain) : HostName.isValid(domain)
    }

    private static let localBytesMax = 64

    private static func atoms(_ cursor: inout ByteCursor, _ isInternational: Bool) -> Bool {
        repeat {
            let letters = cursor.takeAll { byte in
                if byte >= 0x80 { return isInternational }
                return isLetter(byte) || isDigit(byte) || marks.contains(byte)
            }
            if letters == 0 { return false }
        } while cursor.take(UInt8(ascii: "."))
        return true
    }

    private static func quoted(_ cursor: inout ByteCursor, _ isInternational: Bool) -> Bool {
        _ = cursor.take(UInt8(ascii: "\""))
        while let byte = cursor.next, byte != UInt8(ascii: "\"") {
            _ = cursor.take(byte)
            if byte == UInt8(ascii: "\\") {
                guard cursor.take({ (0x20...0x7E).contains($0) }) else { return false }
            } else {
                guard byte >= 0x80 ? isInternational : (0x20...0x7E).contains(byte) else {
                    return false
                }
            }
        }
        return cursor.take(UInt8(ascii: "\""))
    }

    /// `[127.0.0.1]` or `[IPv6:::1]`.
    private static func isLiteral(_ domain: UnsafeRawBufferPointer) -> Bool {
        guard domain.count > 2, domain[domain.count - 1] == UInt8(ascii: "]") else { return false }
        let inner = UnsafeRawBufferPointer(rebasing: domain[1..<domain.count - 1])
        var cursor = ByteCursor(inner)
        for letter in "ipv6:".utf8 where !cursor.take({ $0 == letter || $0 | 0x20 == letter }) {
            return IPAddress.isV4(inner)
        }
        return IPAddress.isV6(cursor.rest)
    }

    private static let marks: StaticString = "!#$%&'*+-/=?^_`{|}~"
}

extension StaticString {
    func contains(_ byte: UInt8) -> Bool {
        for place in 0..<utf8CodeUnitCount where utf8Start[place] == byte { return true }
        return false
    }
}
