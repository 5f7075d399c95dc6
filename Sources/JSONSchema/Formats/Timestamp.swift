/// Dates, times and durations of RFC 3339.
enum Timestamp {
    static func isDateTime(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        return date(&cursor) && cursor.take { $0 | 0x20 == UInt8(ascii: "t") } && time(&cursor)
            && cursor.isAtEnd
    }

    static func isDate(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        return date(&cursor) && cursor.isAtEnd
    }

    static func isTime(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        return time(&cursor) && cursor.isAtEnd
    }

    private static func date(_ cursor: inout ByteCursor) -> Bool {
        guard let year = cursor.number(digits: 4), cursor.take(UInt8(ascii: "-")),
            let month = cursor.number(digits: 2), cursor.take(UInt8(ascii: "-")),
            let day = cursor.number(digits: 2)
        else { return false }
        return (1...12).contains(month) && day >= 1 && day <= days(of: month, year)
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func time(_ cursor: inout ByteCursor) -> Bool {
        guard let clock = clock(&cursor), cursor.take(UInt8(ascii: ":")),
            let second = cursor.number(digits: 2), second <= 60
        else { return false }
        if cursor.take(UInt8(ascii: ".")), cursor.takeAll(isDigit) == 0 { return false }
        guard let offset = offset(&cursor) else { return false }
        // A leap second is the last of a day in UTC.
        return second < 60 || (clock - offset + minutesOfDay) % minutesOfDay == minutesOfDay - 1
    }

    /// `hh:mm` in minutes.
    private static func clock(_ cursor: inout ByteCursor) -> Int? {
        guard let hour = cursor.number(digits: 2), hour < 24, cursor.take(UInt8(ascii: ":")),
            let minute = cursor.number(digits: 2), minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    /// `Z` or `±hh:mm` in minutes.
    private static func offset(_ cursor: inout ByteCursor) -> Int? {
        if cursor.take({ $0 | 0x20 == UInt8(ascii: "z") }) { return 0 }
        if cursor.take(UInt8(ascii: "+")) { return clock(&cursor) }
        return cursor.take(UInt8(ascii: "-")) ? clock(&cursor).map { -$0 } : nil
    }

    private static let minutesOfDay = 24 * 60

    /// RFC 3339, appendix A: units follow one another without a gap; weeks stand alone.
    static func isDuration(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        guard cursor.take(UInt8(ascii: "P")) else { return false }
        var weeks = cursor
        if weeks.takeAll(isDigit) > 0, weeks.take(UInt8(ascii: "W")) { return weeks.isAtEnd }
        guard let days = units("YMD", &cursor) else { return false }
        guard cursor.take(UInt8(ascii: "T")) else { return days > 0 && cursor.isAtEnd }
        guard let hours = units("HMS", &cursor) else { return false }
        return hours > 0 && cursor.isAtEnd
    }

    /// How many units stand here; nil for a number without the unit that is due.
    private static func units(_ names: StaticString, _ cursor: inout ByteCursor) -> Int? {
        var count = 0
        var due = 0
        while cursor.takeAll(isDigit) > 0 {
            var unit = due
            while unit < names.utf8CodeUnitCount, !cursor.take(names.utf8Start[unit]) {
                guard count == 0 else { return nil }
                unit += 1
            }
            guard unit < names.utf8CodeUnitCount else { return nil }
            due = unit + 1
            count += 1
        }
        return count
    }
}
