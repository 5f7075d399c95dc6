import AuditLog
import Outcomes

// What clients are told, as JSON texts.
extension Shard {
    func ack(
        _ status: StaticString,
        _ id: UnsafeRawBufferPointer,
        _ decision: Decision,
        channelSeq: Int64? = nil,
        channel: String? = nil,
        message: UUID16? = nil,
        epoch: Int32? = nil,
        say: String? = nil
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(224)
        text.json("{\"type\":\"ack\",\"id\":")
        text.append(contentsOf: id)
        text.json(",\"status\":\"")
        text.json(status)
        if let channel {
            text.json("\",\"channel\":")
            text.json(string: channel)
            text.json(",\"decision\":\"")
        } else {
            text.json("\",\"decision\":\"")
        }
        text.json(decision)
        text.json("\"")
        if let channelSeq {
            text.json(",\"channel_seq\":")
            text.json(channelSeq)
        }
        if let epoch {
            text.json(",\"epoch\":")
            text.json(Int64(epoch))
        }
        if let message {
            text.json(",\"message\":\"")
            message.appendText(to: &text)
            text.json("\"")
        }
        if let say {
            text.json(",\"say\":")
            text.json(string: say)
        }
        text.json("}")
        return text
    }

    func renewed(
        _ id: UnsafeRawBufferPointer,
        _ decision: Decision,
        _ slot: Int
    ) -> [UInt8] {
        let session = sessions[slot: slot]!
        let token = resumeToken(session.id, session.subject, expiresAt: session.expiresAt)
        var text: [UInt8] = []
        text.json("{\"type\":\"renewed\",\"id\":")
        text.append(contentsOf: id)
        text.json(",\"expires_at\":")
        text.json(session.expiresAt)
        text.json(",\"resume_token\":")
        text.json(string: token)
        text.json(",\"decision\":\"")
        text.json(decision)
        text.json("\"}")
        return text
    }

    /// - Parameter decision: nil when it could not be recorded.
    func left(
        _ channel: String,
        _ decision: Decision?,
        _ outcome: Outcome,
        say: String? = nil
    ) -> [UInt8] {
        var text: [UInt8] = []
        text.json("{\"type\":\"left\",\"channel\":")
        text.json(string: channel)
        text.json(",\"code\":")
        text.json(string: outcome.rawValue)
        text.json(",\"message\":")
        text.json(string: say ?? outcome.sentence)
        text.json(",\"decision\":")
        text.json(orNull: decision)
        text.json("}")
        return text
    }

    func refusal(
        _ outcome: Outcome,
        _ id: UnsafeRawBufferPointer,
        _ decision: Decision?,
        message: String? = nil,
        retryAfterMs: Int? = nil
    ) -> [UInt8] {
        counters.refusals[outcome, default: 0] &+= 1
        var text: [UInt8] = []
        text.json("{\"type\":\"refused\",\"id\":")
        if id.isEmpty { text.json("null") } else { text.append(contentsOf: id) }
        text.json(",\"code\":")
        text.json(string: outcome.rawValue)
        text.json(",\"message\":")
        text.json(string: message ?? outcome.sentence)
        text.json(",\"decision\":")
        text.json(orNull: decision)
        if let retryAfterMs {
            text.json(",\"retry_after_ms\":")
            text.json(Int64(retryAfterMs))
        }
        text.json("}")
        return text
    }
}

extension [UInt8] {
    /// Appends a decision's id as a string, or null.
    fileprivate mutating func json(orNull decision: Decision?) {
        guard let decision else { return json("null") }
        json("\"")
        json(decision)
        json("\"")
    }
}
