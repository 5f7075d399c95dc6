import Foundation

/// A message of the hub, as far as the chat client looks at it.
struct ServerMessage: Sendable {
    let type: String
    var id: String?
    var status: String?
    var code: String?
    var message: String?
    var decision: String?
    var say: String?
    var retryAfterMs: Int?
    var channelSeq: Int64?
    var subject: String?
    var sender: String?
    var at: Date?
    /// A message's text; its whole body as JSON when it has none.
    var text: String?
    var reason: String?

    /// - Returns: nil for what is no JSON object with a `type`.
    init?(json: String) {
        guard
            let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)),
            let fields = object as? [String: Any], let type = fields["type"] as? String
        else { return nil }
        self.type = type
        id = fields["id"] as? String
        status = fields["status"] as? String
        code = fields["code"] as? String ?? (fields["code"] as? Int).map(String.init)
        message = fields["message"] as? String
        decision = fields["decision"] as? String
        say = fields["say"] as? String
        reason = fields["reason"] as? String
        retryAfterMs = fields["retry_after_ms"] as? Int
        channelSeq = (fields["channel_seq"] as? Int ?? fields["seq"] as? Int).map(Int64.init)
        subject = fields["subject"] as? String
        sender = (fields["sender"] as? [String: Any])?["name"] as? String
        at = (fields["at"] as? String).flatMap(Self.date)
        if let body = fields["body"] as? [String: Any] {
            let whole = try? JSONSerialization.data(withJSONObject: body, options: .sortedKeys)
            text = body["text"] as? String ?? whole.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private static func date(_ text: String) -> Date? {
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? fractional.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text))
    }
}
