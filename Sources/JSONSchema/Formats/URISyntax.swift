/// URIs and references of RFC 3986, and with international letters those of RFC 3987.
struct URISyntax {
    let isInternational: Bool

    func matches(_ text: UnsafeRawBufferPointer, isReference: Bool) -> Bool {
        var cursor = ByteCursor(text)
        let hasScheme = Self.scheme(&cursor)
        guard hasScheme || isReference else { return false }
        if !hasScheme { cursor = ByteCursor(text) }
        return hierarchy(&cursor, hasScheme: hasScheme)
            && (!cursor.take(UInt8(ascii: "?")) || run(&cursor, ":@/?", isQuery: true))
            && (!cursor.take(UInt8(ascii: "#")) || run(&cursor, ":@/?")) && cursor.isAtEnd
    }

    private static func scheme(_ cursor: inout ByteCursor) -> Bool {
        guard cursor.take(isLetter) else { return false }
        _ = cursor.takeAll { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
        return cursor.take(UInt8(ascii: ":"))
    }

    /// The authority and the path.
    private func hierarchy(_ cursor: inout ByteCursor, hasScheme: Bool) -> Bool {
        var authority = cursor
        if authority.take(UInt8(ascii: "/")), authority.take(UInt8(ascii: "/")) {
            cursor = authority
            guard self.authority(&cursor) else { return false }
            guard let next = cursor.next, !"?#".utf8.contains(next) else { return true }
            return next == UInt8(ascii: "/") && run(&cursor, ":@/")
        }
        // The first segment of a relative path has no colon: it would end a scheme.
        return run(&cursor, hasScheme ? ":@" : "@")
            && (cursor.next != UInt8(ascii: "/") || run(&cursor, ":@/"))
    }

    private func authority(_ cursor: inout ByteCursor) -> Bool {
        var user = cursor
        if run(&user, ":"), user.take(UInt8(ascii: "@")) { cursor = user }
        if cursor.take(UInt8(ascii: "[")) {
            let rest = cursor.rest
            let count = cursor.takeAll { $0 != UInt8(ascii: "]") }
            let literal = UnsafeRawBufferPointer(rebasing: rest[..<count])
            guard cursor.take(UInt8(ascii: "]")),
                IPAddress.isV6(literal) || Self.isFuture(literal)
            else { return false }
        } else {
            guard run(&cursor, "") else { return false }
        }
        if cursor.take(UInt8(ascii: ":")) { _ = cursor.takeAll(isDigit) }
        return true
    }

    /// `v1.anything`, an address of times to come.
    private static func isFuture(_ literal: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(literal)
        return cursor.take { $0 | 0x20 == UInt8(ascii: "v") } && cursor.takeAll(isHexDigit) > 0
            && cursor.take(UInt8(ascii: "."))
            && cursor.takeAll { isPlain($0) || $0 == UInt8(ascii: ":") } > 0 && cursor.isAtEnd
    }

    /// Passes letters, percent-encoded bytes and some more; false for a broken encoding.
    private func run(
        _ cursor: inout ByteCursor,
        _ others: StaticString,
        isQuery: Bool = false
    ) -> Bool {
        while let byte = cursor.next {
            if byte >= 0x80 {
                var ahead = cursor
                guard isInternational, let scalar = ahead.scalar(),
                    Self.isInternational(scalar) || isQuery && Self.isPrivate(scalar)
                else { return true }
                cursor = ahead
            } else if byte == UInt8(ascii: "%") {
                guard Self.percent(&cursor) else { return false }
            } else {
                guard Self.isPlain(byte) || others.contains(byte) else { return true }
                _ = cursor.take(byte)
            }
        }
        return true
    }

    static func percent(_ cursor: inout ByteCursor) -> Bool {
        cursor.take(UInt8(ascii: "%")) && cursor.take(isHexDigit) && cursor.take(isHexDigit)
    }

    /// RFC 3986's `unreserved` and `sub-delims`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || plainMarks.contains(byte)
    }

    private static let plainMarks: StaticString = "-._~!$&'()*+,;="

    /// RFC 3987's `ucschar`.
    static func isInternational(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFEF: true
        case 0x10000...0xEFFFF: scalar & 0xFFFF < 0xFFFE && !(0xE0000...0xE0FFF).contains(scalar)
        default: false
        }
    }

    /// RFC 3987's `iprivate`.
    static func isPrivate(_ scalar: UInt32) -> Bool {
        (0xE000...0xF8FF).contains(scalar) || scalar >= 0xF0000 && scalar & 0xFFFF < 0xFFFE
    }
}
