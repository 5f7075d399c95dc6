import JSONDocument

extension TextPointer {
    /// Calls with each string of `body` at these places. Allocates nothing.
    func forEachText(in body: JSONValue, _ visit: (JSONValue) -> Void) {
        switch root {
        case .body: visitTexts(of: body, steps[...], visit)
        case .everyText: Self.visitAll(body, visit)
        case .name: break
        }
    }

    private func visitTexts(
        of value: JSONValue,
        _ steps: ArraySlice<String>,
        _ visit: (JSONValue) -> Void
    ) {
        guard let step = steps.first else {
            if value.kind == .string { visit(value) }
            return
        }
        let rest = steps.dropFirst()
        if step == "*" {
            for member in value.members { visitTexts(of: member.value, rest, visit) }
            for element in value.elements { visitTexts(of: element, rest, visit) }
        } else if let child = Self.child(of: value, step) {
            visitTexts(of: child, rest, visit)
        }
    }

    /// The body's depth was bounded by the parser.
    private static func visitAll(_ value: JSONValue, _ visit: (JSONValue) -> Void) {
        switch value.kind {
        case .string: visit(value)
        case .object: for member in value.members { visitAll(member.value, visit) }
        case .array: for element in value.elements { visitAll(element, visit) }
        default: break
        }
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
