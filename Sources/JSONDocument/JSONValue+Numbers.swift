extension JSONValue {
    /// Whether this is a number without a fraction, however it is written: `1`, `1.0`, `1e300`.
    package var isInteger: Bool {
        switch kind {
        case .integer, .unsigned: true
        case .double:
            // The tape holds no infinity and no NaN: simdjson refuses them.
            Double(bitPattern: numberBits).rounded(.towardZero) == Double(bitPattern: numberBits)
        default: false
        }
    }

    /// Whether two numbers are less, equal or greater, exactly; nil when one is no number.
    package func compare(to other: JSONValue) -> Int? {
        switch (kind, other.kind) {
        case (.integer, .integer):
            Self.order(Int64(bitPattern: numberBits), Int64(bitPattern: other.numberBits))
        case (.unsigned, .unsigned): Self.order(numberBits, other.numberBits)
        // The tape marks as unsigned only what is beyond Int64.
        case (.integer, .unsigned): -1
        case (.unsigned, .integer): 1
        case (.double, .double):
            Self.order(Double(bitPattern: numberBits), Double(bitPattern: other.numberBits))
        case (.double, .integer), (.double, .unsigned): compareFraction(to: other)
        case (.integer, .double), (.unsigned, .double): -other.compareFraction(to: self)
        default: nil
        }
    }

    /// Compares a double with an integer without rounding the integer.
    private func compareFraction(to integer: JSONValue) -> Int {
        let fraction = Double(bitPattern: numberBits)
        let whole = fraction.rounded(.down)
        let above = whole < fraction ? 1 : 0
        if integer.kind == .unsigned {
            guard let exact = UInt64(exactly: whole) else { return fraction < 0 ? -1 : 1 }
            return exact == integer.numberBits ? above : Self.order(exact, integer.numberBits)
        }
        guard let exact = Int64(exactly: whole) else { return fraction < 0 ? -1 : 1 }
        let other = Int64(bitPattern: integer.numberBits)
        return exact == other ? above : Self.order(exact, other)
    }

    private static func order<Number: Comparable>(_ left: Number, _ right: Number) -> Int {
        left < right ? -1 : left == right ? 0 : 1
    }
}
