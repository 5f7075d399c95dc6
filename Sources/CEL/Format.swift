import Glibc

/// `format`: a text with clauses such as `%s` and `%.2f`.
enum Format {
    static func apply(_ format: String, to arguments: [Value]) throws(Fault) -> String {
        var result: [UInt8] = []
        var rest = format.utf8[...]
        var next = 0
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            if rest.first == byte {
                rest.removeFirst()
                result.append(byte)
                continue
            }
            let precision = try precision(&rest)
            guard let clause = rest.popFirst() else {
                throw .invalid("the format ends within a clause")
            }
            guard next < arguments.count else {
                throw .invalid("the format has more clauses than there are values")
            }
            let text = try text(arguments[next], Unicode.Scalar(clause), precision)
            result += text.utf8
            try Fault.limit(result.count)
            next += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func precision(_ rest: inout Substring.UTF8View) throws(Fault) -> Int? {
        guard rest.first == UInt8(ascii: ".") else { return nil }
        rest.removeFirst()
        let digits = rest.prefix { $0.isDigit }
        rest.removeFirst(digits.count)
        guard 1...3 ~= digits.count, let precision = Int(String(decoding: digits, as: UTF8.self))
        else { throw .invalid("a precision has one to three digits") }
        return precision
    }

    private static func text(
        _ value: Value,
        _ clause: Unicode.Scalar,
        _ precision: Int?
    ) throws(Fault) -> String {
        switch clause {
        case "s": return try plain(value)
        case "d": return try decimal(value)
        case "f", "e": return try real(value, clause, precision ?? 6)
        case "b":
            if case .bool(let bit) = value { return bit ? "1" : "0" }
            return try whole(value, radix: 2, clause)
        case "o": return try whole(value, radix: 8, clause)
        case "x": return try hexadecimal(value, uppercase: false)
        case "X": return try hexadecimal(value, uppercase: true)
        default: throw .invalid("the format has a clause that is none of %s %d %f %e %b %o %x %X")
        }
    }

    private static func plain(_ value: Value) throws(Fault) -> String {
        switch value {
        case .null: return "null"
        case .type(let name): return name
        case .list(let elements):
            var text = "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += ", " }
                text += try plain(element)
                try Fault.limit(text.utf8.count)
            }
            return text + "]"
        case .map(let map):
            var lines: [String] = []
            var size = 0
            for entry in map.entries {
                let line = "\(try plain(entry.key)): \(try plain(entry.value))"
                size += line.utf8.count
                try Fault.limit(size)
                lines.append(line)
            }
            return "{\(lines.sorted().joined(separator: ", "))}"
        default: return try value.converted()
        }
    }

    private static func decimal(_ value: Value) throws(Fault) -> String {
        switch value {
        case .int, .uint, .double: return try value.converted()
        default: throw misfit("d", "numbers")
        }
    }

    private static func real(
        _ value: Value,
        _ clause: Unicode.Scalar,
        _ precision: Int
    ) throws(Fault) -> String {
        let number: Double
        switch value {
        case .int(let value): number = Double(value)
        case .uint(let value): number = Double(value)
        case .double(let value): number = value
        default: throw misfit(clause, "numbers")
        }
        guard number.isFinite else { return number.shortText }
        // The largest double has 309 digits before the point; the precision has 999 behind it.
        var buffer = [CChar](repeating: 0, count: 1_400)
        let length = withVaList([Int32(precision), number]) {
            vsnprintf(&buffer, buffer.count, clause == "f" ? "%.*f" : "%.*e", $0)
        }
        let bytes = buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func whole(
        _ value: Value,
        radix: Int,
        _ clause: Unicode.Scalar
    ) throws(Fault) -> String {
        switch value {
        case .int(let number): return String(number, radix: radix)
        case .uint(let number): return String(number, radix: radix)
        default: throw misfit(clause, radix == 2 ? "whole numbers and bools" : "whole numbers")
        }
    }

    private static func hexadecimal(_ value: Value, uppercase: Bool) throws(Fault) -> String {
        let bytes: [UInt8]
        switch value {
        case .int(let number): return String(number, radix: 16, uppercase: uppercase)
        case .uint(let number): return String(number, radix: 16, uppercase: uppercase)
        case .string(let text): bytes = Array(text.utf8)
        case .bytes(let value): bytes = value
        default: throw misfit(uppercase ? "X" : "x", "whole numbers, texts and bytes")
        }
        try Fault.limit(bytes.count * 2)
        return bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: uppercase)
        }.joined()
    }

    private static func misfit(_ clause: Unicode.Scalar, _ takes: String) -> Fault {
        .invalid("'%\(clause)' formats \(takes)")
    }
}
