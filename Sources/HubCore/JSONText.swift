import AuditLog

/// Appends JSON text to bytes: the few shapes that the hub sends.
extension [UInt8] {
    /// Appends text as it is; it must be JSON already.
    package mutating func json(_ text: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        )
    }

    /// Appends a JSON string with quotes and escapes (RFC 8259, section 7).
    package mutating func json(string: String) {
        append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { utf8 in
            for byte in utf8 {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    append(UInt8(ascii: "\\"))
                    append(byte)
                case 0..<0x20:
                    json("\\u00")
                    append(Self.hexDigits[Int(byte >> 4)])
                    append(Self.hexDigits[Int(byte & 15)])
                default: append(byte)
                }
            }
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a message's `sender`: pseudonym, and the name shown to others.
    mutating func json(sender: UUID16, name: String) {
        json("{\"id\":\"")
        sender.appendText(to: &self)
        json("\",\"name\":")
        json(string: name)
        json("}")
    }

    /// Appends a JSON array of strings.
    mutating func json(strings: [String]) {
        json("[")
        for (index, string) in strings.enumerated() {
            if index > 0 { json(",") }
            json(string: string)
        }
        json("]")
    }

    /// Appends `<log>-<seq>`, which needs no escapes.
    mutating func json(_ decision: Decision) {
        json(Int64(decision.log))
        append(UInt8(ascii: "-"))
        json(decision.seq)
    }

    /// Appends a decimal integer.
    package mutating func json(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    static let hexDigits: [UInt8] = Array("0123456789abcdef".utf8)
}

/// Where a delivery frame takes its time and number: fixed places at its end, so that the frame is
/// encoded once, before they are known.
package enum DeliveryTail {
    /// `,"at":"2026-01-01T00:00:00.000000Z","seq":                   }`
    static let template: StaticString =
        ",\"at\":\"0000-00-00T00:00:00.000000Z\",\"seq\":0                  }"
    static let seqWidth = 19
    static let timeWidth = 27

    /// Writes both in place; `frame` is the whole frame or its tail.
    package static func fill(_ frame: UnsafeMutableRawBufferPointer, at: Int64, seq: Int64) {
        let seqStart = frame.count - 1 - seqWidth
        let timeStart = seqStart - "\",\"seq\":".utf8.count - timeWidth
        writeTime(at, into: UnsafeMutableRawBufferPointer(rebasing: frame[timeStart...]))
        var digits = 0
        var rest = seq
        repeat {
            digits += 1
            rest /= 10
        } while rest > 0
        rest = seq
        for place in stride(from: digits - 1, through: 0, by: -1) {
            frame[seqStart + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Writes `2026-01-01T00:00:00.000000Z` (27 bytes) for microseconds since 2000-01-01 UTC.
    static func writeTime(_ at: Int64, into buffer: UnsafeMutableRawBufferPointer) {
        let (day, inDay) = floorDivide(at, 86_400_000_000)
        let (year, month, dayOfMonth) = civil(daysSince2000: day)
        put(year, 4, at: 0, buffer)
        put(month, 2, at: 5, buffer)
        put(dayOfMonth, 2, at: 8, buffer)
        let seconds = inDay / 1_000_000
        put(seconds / 3600, 2, at: 11, buffer)
        put(seconds / 60 % 60, 2, at: 14, buffer)
        put(seconds % 60, 2, at: 17, buffer)
        put(inDay % 1_000_000, 6, at: 20, buffer)
    }

    private static func put(
        _ value: Int64,
        _ width: Int,
        at offset: Int,
        _ buffer: UnsafeMutableRawBufferPointer
    ) {
        var rest = value
        for place in stride(from: offset + width - 1, through: offset, by: -1) {
            buffer[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
        let quotient = value >= 0 ? value / by : (value - by + 1) / by
        return (quotient, value - quotient * by)
    }

    /// The proleptic Gregorian date of a day number (Hinnant, "chrono-compatible low-level date
    /// algorithms").
    static func civil(daysSince2000: Int64) -> (Int64, Int64, Int64) {
        let shifted = daysSince2000 + 10_957 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthShifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthShifted + 2) / 5 + 1
        let month = monthShifted < 10 ? monthShifted + 3 : monthShifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
