extension FunctionLibrary {
    /// Conversions between types, `dyn` and `type`.
    static let conversions: Functions = [
        "bool": convert([.bool, .string], to: .bool) { value throws(Fault) in
            guard case .string(let text) = value else { return value }
            switch text {
            case "1", "t", "true", "TRUE", "True": return .bool(true)
            case "0", "f", "false", "FALSE", "False": return .bool(false)
            default: throw .invalid("the text is no bool")
            }
        },
        "int": convert([.int, .uint, .double, .string, .timestamp, .duration], to: .int, toInt),
        "uint": convert([.uint, .int, .double, .string], to: .uint, toUInt),
        "double": convert([.double, .int, .uint, .string], to: .double, toDouble),
        "string": convert(
            [
                .string, .bool, .int, .uint, .double, .bytes, .timestamp, .duration, .address,
                .network,
            ],
            to: .string
        ) { value throws(Fault) in .string(try value.converted()) },
        "bytes": convert([.bytes, .string], to: .bytes) { value in
            guard case .string(let text) = value else { return value }
            return .bytes(Array(text.utf8))
        },
        "timestamp": convert([.timestamp, .string, .int], to: .timestamp, toTimestamp),
        "duration": convert([.duration, .string], to: .duration) { value throws(Fault) in
            guard case .string(let text) = value else { return value }
            guard let nanoseconds = DurationText.parse(text) else {
                throw .invalid("the text is no duration, such as '1h30m', or is too long a time")
            }
            return .duration(nanoseconds)
        },
        "dyn": [Overload([.parameter("A")], .dyn) { values in values[0] }],
        "type": [
            Overload([.parameter("A")], .type(.parameter("A"))) { values in
                .type(values[0].typeName)
            }
        ],
    ]

    private static func convert(
        _ sources: [ValueType],
        to result: ValueType,
        _ body: @escaping @Sendable (Value) throws(Fault) -> Value
    ) -> [Overload] {
        sources.map { source in
            Overload([source], result) { values throws(Fault) in try body(values[0]) }
        }
    }

    @Sendable private static func toInt(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .uint(let number):
            guard let number = Int64(exactly: number) else { throw .overflow }
            return .int(number)
        case .double(let number):
            // Numbers that a double can't tell from the limits are out of range.
            guard abs(number) < 0x1p63, let whole = Int64(exactly: number.rounded(.towardZero))
            else { throw .overflow }
            return .int(whole)
        case .string(let text):
            guard let number = Int64(text) else { throw .invalid("the text is no int") }
            return .int(number)
        case .timestamp(let instant): return .int(instant.seconds)
        case .duration(let nanoseconds): return .int(nanoseconds)
        default: return value
        }
    }

    @Sendable private static func toUInt(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .int(let number):
            guard let number = UInt64(exactly: number) else { throw .overflow }
            return .uint(number)
        case .double(let number):
            guard number < 0x1p64, let whole = UInt64(exactly: number.rounded(.towardZero))
            else { throw .overflow }
            return .uint(whole)
        case .string(let text):
            guard let number = UInt64(text) else { throw .invalid("the text is no uint") }
            return .uint(number)
        default: return value
        }
    }

    @Sendable private static func toDouble(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            guard let number = Double(text) else { throw .invalid("the text is no double") }
            return .double(number)
        default: return value
        }
    }

    @Sendable private static func toTimestamp(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .string(let text):
            guard let instant = Timestamp(parsing: text) else {
                throw .invalid("the text is no time, such as '2026-02-13T23:31:30Z'")
            }
            return .timestamp(instant)
        case .int(let seconds):
            guard let instant = Timestamp(inRange: seconds, 0) else { throw .overflow }
            return .timestamp(instant)
        default: return value
        }
    }
}

extension Value {
    /// What `string()` gives.
    func converted() throws(Fault) -> String {
        switch self {
        case .string(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return number.shortText
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .invalid("the bytes are no UTF-8")
            }
            return text
        case .timestamp(let instant): return instant.text
        case .duration(let nanoseconds): return DurationText.text(nanoseconds)
        case .address(let address): return address.text
        case .network(let network): return network.text
        default: throw .noSuchOverload("string")
        }
    }
}

extension Double {
    /// The shortest text that gives the number back, without `.0`.
    var shortText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
        let text = description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
