/// Numbers with a unit, as people write them.
enum Quantity {
    /// `30s`, `15m`, `24h`, `7d` or a row of them such as `1h30m`; nil for anything else, for
    /// nothing, and for more than a year.
    static func duration(_ text: String) -> Duration? {
        var seconds = 0
        var rest = text[...]
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            guard digits.count <= 9, let number = Int(digits), let unit = rest.popFirst(),
                let factor = secondsByUnit[unit]
            else { return nil }
            seconds += number * factor
        }
        return !text.isEmpty && seconds <= secondsMax ? .seconds(seconds) : nil
    }

    /// `512MiB`, `10GiB`, or bytes alone; nil for anything else, and below a mebibyte.
    static func bytes(_ text: String, atLeast bytesMin: Int = 1 << 20) -> Int? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard digits.count <= 12, let number = Int(digits), let shift = shiftByUnit[String(unit)]
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return !overflow && bytes >= bytesMin ? bytes : nil
    }

    /// `1 rule`, `2,143 messages`.
    static func count(_ count: Int, _ noun: String) -> String {
        var digits = Array(String(count))
        for place in stride(from: digits.count - 3, to: 0, by: -3) {
            digits.insert(",", at: place)
        }
        return "\(String(digits)) \(noun)\(count == 1 ? "" : "s")"
    }

    /// `45s`, `30m`, `24h`, `7d`: the largest unit that it is a whole number of.
    static func time(_ seconds: Int) -> String {
        let units = secondsByUnit.sorted { $0.value > $1.value }
        let unit = units.first { seconds % $0.value == 0 && seconds >= $0.value }
        return unit.map { "\(seconds / $0.value)\($0.key)" } ?? "\(seconds)s"
    }

    private static let secondsByUnit: [Character: Int] = [
        "s": 1, "m": 60, "h": 3600, "d": 86_400,
    ]
    private static let secondsMax = 366 * 86_400
    private static let shiftByUnit = ["": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40]
}
