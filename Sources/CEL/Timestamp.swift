/// An instant between the years 1 and 9999, to the nanosecond.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Seconds since the beginning of 1970, UTC.
    package let seconds: Int64
    /// From 0 to 999,999,999.
    package let nanoseconds: Int32

    /// - Precondition: `nanoseconds` is below a second.
    package init(seconds: Int64, nanoseconds: Int32) {
        precondition(0..<1_000_000_000 ~= nanoseconds, "nanoseconds are part of a second")
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Nil outside of the years 1 to 9999.
    init?(inRange seconds: Int64, _ nanoseconds: Int32) {
        guard -62_135_596_800...253_402_300_799 ~= seconds else { return nil }
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    func adding(_ duration: Int64, negated: Bool = false) throws(Fault) -> Timestamp {
        let sign: Int64 = negated ? -1 : 1
        var seconds = seconds + sign * (duration / 1_000_000_000)
        var nanoseconds = Int64(nanoseconds) + sign * (duration % 1_000_000_000)
        if nanoseconds < 0 {
            nanoseconds += 1_000_000_000
            seconds -= 1
        } else if nanoseconds >= 1_000_000_000 {
            nanoseconds -= 1_000_000_000
            seconds += 1
        }
        guard let sum = Timestamp(inRange: seconds, Int32(nanoseconds)) else { throw .overflow }
        return sum
    }

    func nanoseconds(since other: Timestamp) throws(Fault) -> Int64 {
        let (whole, overflow) = (seconds - other.seconds)
            .multipliedReportingOverflow(by: 1_000_000_000)
        let rest = Int64(nanoseconds) - Int64(other.nanoseconds)
        let (sum, secondOverflow) = whole.addingReportingOverflow(rest)
        if overflow || secondOverflow { throw .overflow }
        return sum
    }
}

extension Timestamp {
    /// What can be asked of a timestamp, named as the function that asks.
    enum Part: String, CaseIterable {
        case getFullYear, getMonth, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear
        case getHours, getMinutes, getSeconds, getMilliseconds
    }

    func part(_ part: Part, in zone: Zone) -> Int64 {
        let local = seconds + zone.offset(at: seconds)
        let day = local.floorDivided(by: 86_400)
        let second = local - day * 86_400
        switch part {
        case .getHours: return second / 3_600
        case .getMinutes: return second / 60 % 60
        case .getSeconds: return second % 60
        case .getMilliseconds: return Int64(nanoseconds) / 1_000_000
        case .getDayOfWeek: return (day + 4) - (day + 4).floorDivided(by: 7) * 7
        case .getFullYear: return CivilDate(day: day).year
        case .getMonth: return CivilDate(day: day).month - 1
        case .getDate: return CivilDate(day: day).day
        case .getDayOfMonth: return CivilDate(day: day).day - 1
        case .getDayOfYear:
            return day - CivilDate(year: CivilDate(day: day).year, month: 1, day: 1).dayNumber
        }
    }
}

/// A date of the Gregorian calendar.
package struct CivilDate {
    var year: Int64
    /// From 1.
    var month: Int64
    /// From 1.
    var day: Int64

    package init(year: Int64, month: Int64, day: Int64) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// From days since the beginning of 1970; years begin in March while it is reckoned.
    init(day number: Int64) {
        let shifted = number + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since the beginning of 1970. A day beyond the month's end is one of the next month.
    package var dayNumber: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.floorDivided(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// Whether there is such a day.
    package var isReal: Bool {
        guard 1...12 ~= month, day >= 1 else { return false }
        return CivilDate(day: dayNumber).month == month
    }
}

extension Int64 {
    /// The quotient rounded down, also below zero.
    func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
