import JSONDocument

extension TextPointer {
    /// The value at this place of `body`, or nil when there is none. Allocates nothing.
    func resolve(in body: JSONValue) -> JSONValue? {
        var value = body
        for step in steps {
            guard let next = Self.child(of: value, step) else { return nil }
            value = next
        }
        return value
    }

    private static func child(of value: JSONValue, _ step: String) -> JSONValue? {
        switch value.kind {
        case .object:
            var step = step
            return step.withUTF8 { value.member(UnsafeRawBufferPointer($0)) }
        case .array:
            // RFC 6901 §4: digits without leading zeros.
            guard step == "0" || step.first != "0", step.utf8.allSatisfy(isDigit),
                let index = Int(step)
            else { return nil }
            var elements = value.elements
            for _ in 0..<index where elements.next() == nil { return nil }
            return elements.next()
        default:
            return nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
