/// A parsed JSON value of a token or key, where two readers must never read two things: strict
/// RFC 8259, valid UTF-8, no name twice in one object, bounded depth.
enum JSONValue: Equatable, Sendable {
    case object([Member])
    case array([JSONValue])
    case string(String)
    case number(Double)
    case boolean(Bool)
    case null

    /// A member of an object; its name is unique there by bytes.
    struct Member: Equatable, Sendable {
        var name: String
        var value: JSONValue
    }

    /// Reads a whole text; nil when it isn't exactly one strict value.
    ///
    /// - Parameter depthMax: how many arrays and objects may be open at once.
    static func read(_ bytes: [UInt8], depthMax: Int) -> JSONValue? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = JSONReader(bytes: bytes, depthMax: depthMax)
        return reader.document()
    }

    /// The member of that name; nil for other kinds too.
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { ASCII.equals($0.name, name) }?.value
    }

    /// The value at a JSON Pointer (RFC 6901) when the name begins with `/`, else the member.
    func claim(_ name: String) -> JSONValue? {
        guard name.utf8.first == UInt8(ascii: "/") else { return self[name] }
        var value = self
        for part in name.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let key = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            if case .array(let elements) = value {
                guard let index = Int(key), String(index) == key, elements.indices.contains(index)
                else { return nil }
                value = elements[index]
            } else {
                guard let next = value[key] else { return nil }
                value = next
            }
        }
        return value
    }

    /// Whether U+0000, which PostgreSQL stores nowhere, is in any string or name.
    var holdsNull: Bool {
        switch self {
        case .object(let members):
            members.contains { $0.name.utf8.contains(0) || $0.value.holdsNull }
        case .array(let elements): elements.contains(where: \.holdsNull)
        case .string(let text): text.utf8.contains(0)
        case .number, .boolean, .null: false
        }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The strings of an array that holds nothing else.
    var texts: [String]? {
        guard case .array(let elements) = self else { return nil }
        let texts = elements.compactMap(\.text)
        return texts.count == elements.count ? texts : nil
    }

    /// One string, or an array of strings.
    var textOrTexts: [String]? { text.map { [$0] } ?? texts }
}
