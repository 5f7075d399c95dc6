/// A day of birth in the proleptic Gregorian calendar.
package struct Birthdate: Hashable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// Reads `YYYY-MM-DD`, or `YYYY`, which is taken for that year's last day so that nobody is
    /// made older than they are. Nil for anything else, and for year 0000, with which OpenID
    /// Connect says that the year is withheld.
    package init?(parsing text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 3, parts[0].count == 4,
            parts.dropFirst().allSatisfy({ $0.count == 2 }),
            parts.joined().allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
        year = numbers[0]
        month = numbers.count == 3 ? numbers[1] : 12
        day = numbers.count == 3 ? numbers[2] : 31
        guard year > 0, month >= 1, month <= 12, day >= 1,
            day <= Birthdate.days(in: month, of: year)
        else { return nil }
    }

    /// Whole years lived at a moment (Unix seconds), by the calendar of the last time zone that a
    /// day reaches (UTC-12): nobody is an adult before it is their birthday everywhere.
    package func age(at now: Double) -> Int {
        let days = ((now - 12 * 3600) / 86400).rounded(.down)
        guard abs(days) < 10_000_000 else { return 0 }
        let today = Birthdate.civil(daysSince1970: Int(days))
        let reached = (today.month, today.day) >= (month, day)
        return today.year - year - (reached ? 0 : 1)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// Days to a civil date, counted in eras of 400 years that begin on 1 March.
    private static func civil(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
