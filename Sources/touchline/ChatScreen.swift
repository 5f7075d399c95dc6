import Foundation

/// Puts what the hub says into lines for a person.
struct ChatScreen: Sendable {
    /// Whether the terminal takes colours.
    var colours: Bool
    /// In which to show the time of day.
    var timeZone = TimeZone.current

    /// A message of a channel: `12:01 Cara: hello`.
    func delivered(_ message: ServerMessage) -> String {
        let name = SafeText.line(message.sender ?? "someone")
        let text = SafeText.line(message.text ?? "")
        return "\(styled(time(message.at ?? Date()), .dim)) \(styled(name, .bold)): \(text)"
    }

    /// The answer to what one has sent: `✓ delivered 1-18`.
    func acknowledged(_ ack: ServerMessage) -> String {
        let status = SafeText.line(ack.status ?? "done")
        let decision = ack.decision.map { " " + SafeText.line($0) } ?? ""
        let say = ack.say.map { " – " + SafeText.line($0) } ?? ""
        return styled("✓ \(status)\(decision)\(say)", ack.status == "redacted" ? .yellow : .dim)
    }

    /// Why something one has sent went nowhere: `✗ blocked 1-19 – No phone numbers here.`
    func refused(_ refusal: ServerMessage) -> String {
        styled("✗ \(Self.reason(refusal))", .red)
    }

    /// A refusal in words: code, decision, sentence, and when to come back.
    static func reason(_ refusal: ServerMessage) -> String {
        let code = SafeText.line(refusal.code ?? "refused")
        let decision = refusal.decision.map { " " + SafeText.line($0) } ?? ""
        let sentence = refusal.message.map { " – " + SafeText.line($0) } ?? ""
        let wait =
            refusal.retryAfterMs.map { " Try again in \(max(1, ($0 + 999) / 1000)) s." } ?? ""
        return code + decision + sentence + wait
    }

    private func time(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.hour, .minute], from: date)
        return [parts.hour ?? 0, parts.minute ?? 0].map { $0 < 10 ? "0\($0)" : "\($0)" }
            .joined(separator: ":")
    }

    private enum Style: Int {
        case bold = 1
        case dim = 2
        case red = 31
        case yellow = 33
    }

    private func styled(_ text: String, _ style: Style) -> String {
        colours ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
