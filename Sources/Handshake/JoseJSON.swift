internal import JSONDocument

/// A parsed JSON value of a token or key, where two readers must never read two things: strict
/// RFC 8259, valid UTF-8, no name twice in one object, no U+0000, bounded depth.
enum JoseJSON: Equatable, Sendable {
    case object([Member])
    case array([JoseJSON])
    case string(String)
    case number(Double)
    case boolean(Bool)
    case null

    /// A member of an object; its name is unique there by bytes.
    struct Member: Equatable, Sendable {
        var name: String
        var value: JoseJSON
    }

    /// Reads a whole text; refused when it isn't exactly one strict value.
    ///
    /// - Parameter depthMax: how many arrays and objects may be open at once.
    static func read(_ bytes: [UInt8], depthMax: Int) -> Result<JoseJSON, Refused> {
        let parser = JSONParser(depthMax: depthMax)
        // The value lives on the parser's tape: the parser must outlive the copy.
        return withExtendedLifetime(parser) {
            bytes.withUnsafeBytes { text in
                switch parser.parse(text) {
                case .value(let value): .success(JoseJSON(value))
                case .refused(let reason): .failure(Refused(reason: reason))
                }
            }
        }
    }

    /// Why a text was not read.
    struct Refused: Error, Equatable {
        var reason: JSONRefusal
    }

    /// A copy that outlives the parser; its recursion is bounded by the parser's depth.
    private init(_ value: JSONValue) {
        switch value.kind {
        case .object:
            self = .object(
                value.members.map { member in
                    let name = String(decoding: member.key, as: UTF8.self)
                    return Member(name: name, value: JoseJSON(member.value))
                }
            )
        case .array: self = .array(value.elements.map { JoseJSON($0) })
        case .string: self = .string(value.string ?? "")
        case .integer, .unsigned, .double: self = .number(value.double ?? .nan)
        case .bool: self = .boolean(value.bool ?? false)
        case .null: self = .null
        }
    }

    /// The member of that name; nil for other kinds too.
    subscript(_ name: String) -> JoseJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { ASCII.equals($0.name, name) }?.value
    }

    /// The value at a JSON Pointer (RFC 6901) when the name begins with `/`, else the member.
    func claim(_ name: String) -> JoseJSON? {
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
