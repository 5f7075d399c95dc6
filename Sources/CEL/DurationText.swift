/// Durations as texts, such as `1h30m` or `-1.5s`.
enum DurationText {
    /// Nanoseconds, or nil when the text is no duration or beyond 292 years.
    static func parse(_ text: String) -> Int64? {
        var rest = text[...].utf8
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if rest.elementsEqual("0".utf8) { return 0 }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            let whole = rest.prefix { $0.isDigit }
            rest.removeFirst(whole.count)
            var fraction = rest.prefix(0)
            if rest.first == UInt8(ascii: ".") {
                rest.removeFirst()
                fraction = rest.prefix { $0.isDigit }
                rest.removeFirst(fraction.count)
            }
            guard whole.count + fraction.count > 0, whole.count < 20, fraction.count < 20 else {
                return nil
            }
            let name = rest.prefix { !$0.isDigit && $0 != UInt8(ascii: ".") }
            rest.removeFirst(name.count)
            guard let unit = units[String(decoding: name, as: UTF8.self)],
                let part = amount(whole, fraction, unit)
            else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            if overflow { return nil }
            total = sum
        }
        return isNegative ? -total : total
    }

    private static func amount(
        _ whole: Substring.UTF8View,
        _ fraction: Substring.UTF8View,
        _ unit: Int64
    ) -> Int64? {
        guard let count = Int64("0" + String(decoding: whole, as: UTF8.self)) else { return nil }
        let (nanoseconds, overflow) = count.multipliedReportingOverflow(by: unit)
        if overflow { return nil }
        var rest: Int64 = 0
        var scale = unit
        for digit in fraction {
            scale /= 10
            rest += Int64(digit - 48) * scale
        }
        let (sum, sumOverflow) = nanoseconds.addingReportingOverflow(rest)
        return sumOverflow ? nil : sum
    }

    /// Seconds with their fraction, such as `5400s` or `-1.5s`.
    static func text(_ nanoseconds: Int64) -> String {
        let magnitude = nanoseconds.magnitude
        var text = "\(nanoseconds < 0 ? "-" : "")\(magnitude / 1_000_000_000)"
        let rest = magnitude % 1_000_000_000
        if rest > 0 {
            var digits = String(String(1_000_000_000 + rest).dropFirst())
            while digits.last == "0" { digits.removeLast() }
            text += "." + digits
        }
        return text + "s"
    }

    private static let units: [String: Int64] = [
        "h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000,
        "us": 1_000, "\u{B5}s": 1_000, "\u{3BC}s": 1_000, "ns": 1,
    ]
}
