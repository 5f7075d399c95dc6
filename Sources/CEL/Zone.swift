import Foundation
import Synchronization

/// A time zone: an offset, or the table of a place's offsets, so that none is asked for twice.
final class Zone: Sendable {
    static let utc = Zone(fixed: 0)

    /// When each offset begins, in seconds since 1970; the first holds before as well.
    private let starts: [Int64]
    /// Seconds east of Greenwich.
    private let offsets: [Int64]

    private init(fixed offset: Int64) {
        starts = [.min]
        offsets = [offset]
    }

    private init(_ zone: TimeZone) {
        var starts: [Int64] = [.min]
        let first = Date(timeIntervalSince1970: Self.tableStart)
        var offsets = [Int64(zone.secondsFromGMT(for: first))]
        var date = first
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next > date,
            next.timeIntervalSince1970 < Self.tableEnd
        {
            date = next
            starts.append(Int64(next.timeIntervalSince1970.rounded()))
            offsets.append(Int64(zone.secondsFromGMT(for: next)))
        }
        self.starts = starts
        self.offsets = offsets
    }

    /// A zone by its name, such as `Europe/Dublin`, or its offset, such as `-02:30`.
    static func named(_ name: String) throws(Fault) -> Zone {
        if let fixed = fixed(name) { return fixed }
        if let known = cache.withLock({ $0[name] }) { return known }
        guard name.utf8.count <= 64, let zone = TimeZone(identifier: name) else {
            throw .invalid("there is no time zone of this name; write one such as 'Europe/Dublin'")
        }
        let table = Zone(zone)
        let hasRoom = cache.withLock { cache in
            if cache.count < zonesMax { cache[name] = table }
            return cache[name] != nil
        }
        guard hasRoom else { throw .invalid("too many time zones were named") }
        return table
    }

    /// Seconds east of Greenwich at an instant.
    func offset(at seconds: Int64) -> Int64 {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= seconds { low = middle } else { high = middle }
        }
        return offsets[low]
    }

    private static func fixed(_ name: String) -> Zone? {
        if name == "UTC" || name == "Z" { return utc }
        var reader = DigitReader(name)
        let isNegative = reader.take("-")
        if !isNegative { _ = reader.take("+") }
        guard let hours = reader.number(2), reader.take(":"), let minutes = reader.number(2),
            reader.isAtEnd, hours < 24, minutes < 60
        else { return nil }
        return Zone(fixed: (isNegative ? -1 : 1) * (hours * 3_600 + minutes * 60))
    }

    /// The tables that were made.
    private static let cache = Mutex<[String: Zone]>([:])
    /// There are 600 names of places; offsets can be spelled in more ways than that.
    private static let zonesMax = 1_000
    /// 1970, and 2100: messages and birthdays lie between; what is outside has the nearest offset.
    private static let tableStart = 0.0
    private static let tableEnd = 4_102_444_800.0
}
