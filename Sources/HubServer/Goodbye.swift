import HubCore
import Outcomes

/// The last message before a close frame: why, and when to come back.
enum Goodbye {
    /// - Parameter reconnectAfterMs: how long the client should wait before it connects again, when the
    ///   outcome allows that at all.
    static func text(_ outcome: Outcome, code: UInt16, reconnectAfterMs: Int64) -> [UInt8] {
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
