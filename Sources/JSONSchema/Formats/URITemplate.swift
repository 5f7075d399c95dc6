/// URI templates of RFC 6570.
enum URITemplate {
    static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        while let byte = cursor.next {
            switch byte {
            case UInt8(ascii: "{"): if !expression(&cursor) { return false }
            case UInt8(ascii: "%"): if !URISyntax.percent(&cursor) { return false }
            default:
                guard let scalar = cursor.scalar(), isLiteral(scalar) else { return false }
            }
        }
        return true
    }

    private static func isLiteral(_ scalar: UInt32) -> Bool {
        if scalar >= 0x80 {
            return URISyntax.isInternational(scalar) || URISyntax.isPrivate(scalar)
        }
        return scalar > 0x20 && scalar < 0x7F && !refused.contains(UInt8(scalar))
    }

    private static func expression(_ cursor: inout ByteCursor) -> Bool {
        _ = cursor.take(UInt8(ascii: "{"))
        _ = cursor.take { operators.contains($0) }
        repeat {
            guard name(&cursor) else { return false }
            if cursor.take(UInt8(ascii: ":")) {
                guard cursor.take({ isDigit($0) && $0 != 0x30 }), cursor.takeAll(isDigit) <= 3
                else { return false }
            } else {
                _ = cursor.take(UInt8(ascii: "*"))
            }
        } while cursor.take(UInt8(ascii: ","))
        return cursor.take(UInt8(ascii: "}"))
    }

    private static func name(_ cursor: inout ByteCursor) -> Bool {
        repeat {
            var count = 0
            while let byte = cursor.next {
                if byte == UInt8(ascii: "%") {
                    guard URISyntax.percent(&cursor) else { return false }
                } else if !cursor.take({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }) {
                    break
                }
                count += 1
            }
            if count == 0 { return false }
        } while cursor.take(UInt8(ascii: "."))
        return true
    }

    private static let operators: StaticString = "+#./;?&=,!@|"
    private static let refused: StaticString = #""%<>\^`{|}"#
}
