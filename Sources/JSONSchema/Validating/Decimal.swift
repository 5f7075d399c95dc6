import JSONDocument

/// A number as decimal digits: `digits` × 10^`exponent`, sign left out.
struct Decimal: CustomStringConvertible {
    let digits: UInt64
    let exponent: Int32

    /// The shortest decimal that reads as the number's value; nil for what is no number.
    init?(_ value: JSONValue) {
        switch value.kind {
        case .integer:
            guard let number = value.int64 else { return nil }
            self.init(digits: number.magnitude, exponent: 0)
        case .unsigned: self.init(digits: value.uint64 ?? 0, exponent: 0)
        case .double:
            guard let number = value.double else { return nil }
            self.init(number)
        default: return nil
        }
    }

    private init(digits: UInt64, exponent: Int32) {
        self.digits = digits
        self.exponent = exponent
    }

    /// Swift prints the shortest text that reads as the same double: at most 17 digits.
    private init(_ number: Double) {
        var digits: UInt64 = 0
        var exponent: Int32 = 0
        var isFraction = false
        var bytes = number.magnitude.description.utf8[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else if byte == UInt8(ascii: "e") {
                exponent += Int32(String(Substring(bytes))) ?? 0
                break
            } else if digits < UInt64.max / 100 {
                digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
                if isFraction { exponent -= 1 }
            } else if !isFraction {
                exponent += 1
            }
        }
        while digits != 0, digits % 10 == 0 {
            digits /= 10
            exponent += 1
        }
        self.init(digits: digits, exponent: digits == 0 ? 0 : exponent)
    }

    /// `0.05`; `5e-20` for what would be long.
    var description: String {
        let digits = String(digits)
        if exponent >= 0, exponent <= 9 {
            return digits + String(repeating: "0", count: Int(exponent))
        }
        guard exponent < 0, exponent >= -9 else { return "\(digits)e\(exponent)" }
        let padding = String(repeating: "0", count: max(0, 1 - Int(exponent) - digits.count))
        let padded = padding + digits
        return padded.dropLast(-Int(exponent)) + "." + padded.suffix(-Int(exponent))
    }

    /// Whether a number is a multiple of this one, exactly as decimals.
    func divides(_ value: JSONValue) -> Bool {
        if exponent == 0 {
            // Integers by integers are most of the cases.
            if let number = value.int64 { return number.magnitude % digits == 0 }
            if let number = value.uint64 { return number % digits == 0 }
        }
        guard let dividend = Decimal(value) else { return true }
        if dividend.digits == 0 { return true }
        let shift = Int(dividend.exponent) - Int(exponent)
        if shift >= 0 {
            return Self.product(dividend.digits % digits, Self.power(shift, digits), digits) == 0
        }
        // digits of the dividend / (10^-shift × digits): a divisor beyond 64 bits divides nothing.
        var divisor = digits
        for _ in 0..<(-shift) {
            let (product, overflow) = divisor.multipliedReportingOverflow(by: 10)
            if overflow { return false }
            divisor = product
        }
        return dividend.digits % divisor == 0
    }

    /// 10^exponent modulo something.
    private static func power(_ exponent: Int, _ modulus: UInt64) -> UInt64 {
        var power: UInt64 = 1 % modulus
        var square: UInt64 = 10
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { power = product(power, square, modulus) }
            square = product(square, square, modulus)
            rest >>= 1
        }
        return power
    }

    private static func product(_ left: UInt64, _ right: UInt64, _ modulus: UInt64) -> UInt64 {
        let left = left % modulus
        let right = right % modulus
        return modulus.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }
}
