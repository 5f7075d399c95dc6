import JSONDocument

/// Checks bodies against one message type; allocates only to tell what is wrong.
struct BodyCheck: Sendable {
    private let fields: [Field]
    private let allowsOthers: Bool

    private struct Field {
        let field: BodyField
        let key: [UInt8]
    }

    init(_ type: MessageType) {
        fields = type.fields.map { Field(field: $0, key: Array($0.name.utf8)) }
        allowsOthers = type.allowsOthers
    }

    /// A sentence that tells the first thing wrong with `body`, or nil when it is right.
    func problem(in body: JSONValue) -> String? {
        guard body.kind == .object else { return "body must be an object." }
        for field in fields {
            guard let value = field.key.withUnsafeBytes(body.member) else {
                if field.field.isRequired { return "body.\(field.field.name) is missing." }
                continue
            }
            if let problem = Self.problem(with: value, field.field) { return problem }
        }
        return allowsOthers ? nil : unknownField(of: body)
    }

    private static func problem(with value: JSONValue, _ field: BodyField) -> String? {
        let name = field.name
        switch field.type {
        case .string(let bytes):
            guard value.kind == .string else { return "body.\(name) must be a string." }
            let count = value.stringBytes.count
            if count > bytes.upperBound {
                return "body.\(name) has \(count) bytes, at most \(bytes.upperBound) are allowed."
            }
            if count < bytes.lowerBound {
                return count == 0
                    ? "body.\(name) is empty."
                    : "body.\(name) has \(count) bytes, at least \(bytes.lowerBound) are needed."
            }
        case .integer(let range):
            guard let number = value.int64.map(Int.init) else {
                return "body.\(name) must be a whole number."
            }
            if !range.contains(number) {
                return "body.\(name) must be from \(range.lowerBound) to \(range.upperBound)."
            }
        case .boolean:
            if value.kind != .bool { return "body.\(name) must be true or false." }
        }
        return nil
    }

    private func unknownField(of body: JSONValue) -> String? {
        for member in body.members where !isKnown(member.key) {
            let name = String(decoding: member.key, as: UTF8.self)
            let shown = name.count > Self.nameMax ? "\(name.prefix(Self.nameMax))…" : name
            return "'\(shown)' is no field of the body."
        }
        return nil
    }

    private func isKnown(_ key: UnsafeRawBufferPointer) -> Bool {
        for field in fields where field.key.count == key.count {
            if key.elementsEqual(field.key) { return true }
        }
        return false
    }

    /// Characters of a stranger's field name that an answer repeats.
    private static let nameMax = 40
}
