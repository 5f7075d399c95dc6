extension Timestamp {
    /// Parses RFC 3339, such as `2026-02-13T23:31:30.5+01:00`; nil when the text is none, or
    /// outside of the years 1 to 9999.
    package init?(parsing text: String) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2), reader.take("T") || reader.take("t"),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
            reader.take(":"), let second = reader.number(2)
        else { return nil }
        var nanoseconds: Int64 = 0
        if reader.take(".") {
            guard let fraction = reader.fraction() else { return nil }
            nanoseconds = fraction
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.isReal, hour < 24, minute < 60, second < 60 else { return nil }
        let seconds = date.dayNumber * 86_400 + hour * 3_600 + minute * 60 + second - offset
        self.init(inRange: seconds, Int32(nanoseconds))
    }

    /// The instant in RFC 3339, in UTC, without needless digits of the fraction.
    package var text: String {
        let date = CivilDate(day: seconds.floorDivided(by: 86_400))
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        func part(_ part: Part) -> String { padded(self.part(part, in: .utc), 2) }
        var fraction = ""
        if nanoseconds > 0 {
            fraction = padded(Int64(nanoseconds), 9)
            while fraction.last == "0" { fraction.removeLast() }
            fraction = "." + fraction
        }
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
            + "T\(part(.getHours)):\(part(.getMinutes)):\(part(.getSeconds))\(fraction)Z"
    }
}

/// Reads numbers of fixed width.
struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    /// A number of exactly so many digits.
    mutating func number(_ width: Int) -> Int64? {
        guard rest.count >= width, rest.prefix(width).allSatisfy(\.isDigit) else { return nil }
        let number = rest.prefix(width).reduce(Int64(0)) { $0 * 10 + Int64($1) - 48 }
        rest.removeFirst(width)
        return number
    }

    /// One to nine digits behind a point, as nanoseconds.
    mutating func fraction() -> Int64? {
        let digits = rest.prefix { $0.isDigit }
        guard 1...9 ~= digits.count else { return nil }
        let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1) - 48 }
        rest.removeFirst(digits.count)
        return (digits.count..<9).reduce(number) { number, _ in number * 10 }
    }

    /// `Z`, or `+hh:mm`, in seconds.
    mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let isNegative = take("-")
        guard isNegative || take("+"), let hours = number(2), take(":"), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}
