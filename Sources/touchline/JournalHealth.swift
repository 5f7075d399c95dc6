import AuditStore
import Glibc
import Logging

/// How full a journal is: what it can't give up, against what it could take in all.
struct JournalHealth: Equatable {
    /// Bytes that the database does not have yet.
    var held: Int64
    /// Bytes that can still be written for ordinary events, by the limit and by the disk.
    var room: Int64
    /// Bytes of all segments, kept ones too.
    var bytes: Int64
    /// Why a kept segment could not be removed.
    var keepingProblem: String?

    init(held: Int64, room: Int64, bytes: Int64, keepingProblem: String? = nil) {
        self.held = held
        self.room = room
        self.bytes = bytes
        self.keepingProblem = keepingProblem
    }

    /// - Parameters:
    ///   - watermark: the newest `seq` that the database has.
    ///   - folder: the journal's, whose disk is asked.
    init(_ durable: JournalDurable, watermark: Int64, folder: String) {
        let use = durable.use
        self.init(
            held: use.held(after: watermark, lastSeq: durable.current.lastSeq),
            room: use.room(after: watermark, diskFree: Self.diskFree(folder)),
            bytes: use.bytes,
            keepingProblem: use.keepingProblem
        )
    }

    /// From 0 to 1.
    var share: Double { held + room == 0 ? 0 : Double(held) / Double(held + room) }

    /// What an operator should know; nil while there is plenty of room.
    var warning: String? {
        guard let alarm = Alarm(share: share) else { return keepingWarning }
        return
            "The journal is \(Int(share * 100)) % full\(alarm.urgency): \(held >> 20) MiB wait for"
            + " PostgreSQL, \(room >> 20) MiB are left; then new work is refused."
    }

    private var keepingWarning: String? {
        keepingProblem.map { "A segment that PostgreSQL has could not be removed: \($0)" }
    }

    /// The levels at which someone is told.
    enum Alarm: Double, CaseIterable {
        case high = 0.8
        case highest = 0.95

        /// The highest level that is reached.
        init?(share: Double) {
            guard let level = Self.allCases.last(where: { share >= $0.rawValue }) else {
                return nil
            }
            self = level
        }

        fileprivate var urgency: String { self == .highest ? ", almost to its limit" : "" }
    }

    /// Bytes that a user without privileges may still take; without an answer the limit decides.
    private static func diskFree(_ folder: String) -> Int64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return .max / 2 }
        return Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize))
    }
}

/// Says in the log when the journal reaches a level, when new work is refused, and when it is over.
struct JournalAlarm {
    private var alarm: JournalHealth.Alarm?
    private var isRefusing = false

    /// - Parameter refusing: why new work is refused; nil while it isn't.
    mutating func look(at health: JournalHealth, refusing: String?, _ logger: Logger) {
        if let refusing, !isRefusing {
            logger.critical(
                """
                New work is refused: \(refusing). It is taken again when PostgreSQL has the \
                oldest segments, or the disk has room; see to PostgreSQL, or raise \
                journal.size_limit.
                """
            )
        } else if refusing == nil, isRefusing {
            logger.notice("The journal has room again: new work is taken.")
        }
        isRefusing = refusing != nil
        let next = JournalHealth.Alarm(share: health.share)
        if let next, next.rawValue > alarm?.rawValue ?? 0, let warning = health.warning {
            logger.log(level: next == .highest ? .critical : .warning, "\(warning)")
        } else if next == nil, alarm != nil {
            logger.notice("The journal is down to \(Int(health.share * 100)) % of its room.")
        }
        alarm = next
    }
}
