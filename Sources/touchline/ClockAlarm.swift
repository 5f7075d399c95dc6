import AuditStore
import Logging

/// Says in the log when the hub's clock can't be right, and when it is again.
struct ClockAlarm {
    private var isWrong = false

    /// - Parameter problem: what `problem(_:_:)` says.
    mutating func look(at problem: String?, _ logger: Logger) {
        if let problem, !isWrong {
            logger.error("\(problem)")
        } else if problem == nil, isWrong {
            logger.notice("The clock is right again.")
        }
        isWrong = problem != nil
    }

    /// Why the clock can't be right; nil when nothing speaks against it.
    static func problem(_ record: Recorder.Statistics, _ shipping: ShipperStatus) -> String? {
        if record.aheadOfClockUs > toleratedUs {
            return """
                The newest event's time is \(extent(record.aheadOfClockUs)) ahead of this machine's clock, \
                which was set back: events keep that time until the clock has reached it. If the \
                clock was wrong before and is right now, begin a new log: touchline audit new-log.
                """
        }
        if abs(shipping.clockAheadUs) > toleratedUs {
            let side = shipping.clockAheadUs > 0 ? "ahead of" : "behind"
            return """
                This machine's clock is \(extent(abs(shipping.clockAheadUs))) \(side) PostgreSQL's: set \
                right the one that is wrong. Events have this machine's time, retention goes by \
                PostgreSQL's.
                """
        }
        return nil
    }

    private static func extent(_ us: Int64) -> String {
        let seconds = us / 1_000_000
        return switch seconds {
        case ..<7200: "\(seconds) s"
        case ..<172_800: "\((seconds + 1800) / 3600) h"
        default: "\((seconds + 43_200) / 86_400) days"
        }
    }

    /// Machines that ask a time server differ by less.
    private static let toleratedUs: Int64 = 60_000_000
}
