import HubCore
import Outcomes

/// The last message before a close frame: why, and when to come back.
enum Goodbye {
    /// How long a client should wait before it connects again, in milliseconds, when the outcome
    /// allows it at all.
    static let reconnectAfterMs: Int64 = 1000

    static func text(_ outcome: Outcome, code: UInt16) -> [UInt8] {
        var text: [UInt8] = []
        text.json("{\"type\":\"goodbye\",\"code\":")
        text.json(Int64(code))
        text.json(",\"reason\":")
        text.json(string: outcome.rawValue)
        if outcome.retry == .later {
            text.json(",\"reconnect_after_ms\":")
            text.json(reconnectAfterMs)
        }
        text.json("}")
        return text
    }
}
