/// An element of a `Forwarded` field (RFC 7239 §4): what one proxy says of the request that it took.
struct ForwardedElement: Equatable {
    /// `for`, without its quotes.
    private(set) var node: String?
    /// `proto`, without its quotes.
    private(set) var scheme: String?

    /// The elements of one field in their order.
    ///
    /// - Returns: nil unless all of it is of RFC 7239's form: names once in an element, no space but
    ///   beside commas, no empty element.
    static func parse(_ field: String) -> [ForwardedElement]? {
        var rest = Array(field.utf8)[...]
        var elements: [ForwardedElement] = []
        repeat {
            skipSpace(&rest)
            guard let element = element(&rest) else { return nil }
            elements.append(element)
            skipSpace(&rest)
        } while take(",", &rest)
        return rest.isEmpty ? elements : nil
    }

    /// The address of `for`; nil when it says none, or hides it (`unknown`, `_name`).
    var address: NetworkAddress? {
        guard let node else { return nil }
        let name: Substring
        let port: Substring
        if node.first == "[" {
            guard let end = node.firstIndex(of: "]") else { return nil }
            name = node[node.index(after: node.startIndex)..<end]
            port = node[end...].dropFirst()
            guard name.contains(":") else { return nil }
        } else {
            name = node.prefix { $0 != ":" }
            port = node[name.endIndex...]
        }
        return Self.isPort(port) ? NetworkAddress(parsing: String(name)) : nil
    }

    /// Pairs with semicolons between.
    private static func element(_ rest: inout ArraySlice<UInt8>) -> ForwardedElement? {
        var element = ForwardedElement()
        var names: Set<String> = []
        repeat {
            guard let name = token(&rest)?.lowercased(), names.insert(name).inserted,
                take("=", &rest), let value = value(&rest)
            else { return nil }
            switch name {
            case "for": element.node = value
            case "proto": element.scheme = value
            default: break
            }
        } while take(";", &rest)
        return element
    }

    private static func value(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard take("\"", &rest) else { return token(&rest) }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), isText(escaped) else { return nil }
                text.append(escaped)
            default:
                guard isText(byte) else { return nil }
                text.append(byte)
            }
        }
        return nil
    }

    /// RFC 9110 §5.6.2.
    private static func token(_ rest: inout ArraySlice<UInt8>) -> String? {
        let token = rest.prefix { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
    }

    /// What may stand in a quoted string: no control character but the tab.
    private static func isText(_ byte: UInt8) -> Bool {
        byte == 0x09 || byte >= 0x20 && byte != 0x7F
    }

    private static func take(_ scalar: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: scalar) else { return false }
        rest.removeFirst()
        return true
    }

    private static func skipSpace(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    }

    /// Nothing, or a colon and the digits of a port or a hidden one's name.
    private static func isPort(_ text: Substring) -> Bool {
        guard let colon = text.first else { return true }
        let port = text.dropFirst()
        guard colon == ":", !port.isEmpty else { return false }
        if port.first == "_" {
            return port.count > 1
                && port.utf8.dropFirst().allSatisfy { byte in
                    var rest = [byte][...]
                    return token(&rest) != nil
                }
        }
        return port.allSatisfy { ("0"..."9").contains($0) } && UInt16(port) != nil
    }
}
