import Outcomes
import PolicyEngine

/// A verdict in words: what happens, what the sender reads, and what follows.
struct VerdictWords {
    private let verdict: Verdict
    private let occasion: Occasion

    init(_ verdict: Verdict, on occasion: Occasion) {
        self.verdict = verdict
        self.occasion = occasion
    }

    /// The disposition in a line, then a line for each thing that follows.
    var text: String {
        ([head] + consequences.map { "  \($0)" }).joined(separator: "\n")
    }

    private var head: String {
        switch (verdict.disposition, occasion) {
        case (.allow, .history): "ALLOW: they read the message as it is."
        case (.redact, .history): "REDACT: they read the message with what was found blacked out."
        case (_, .history): "LEFT OUT: they don't read the message."
        case (.allow, .message): "ALLOW: the message is delivered as it is."
        case (.allow, .edit): "ALLOW: the new words are delivered as they are."
        case (.allow, .join): "ALLOW: they enter the channel."
        case (.allow, .connect): "ALLOW: they connect."
        case (.redact, _): "REDACT: the message is delivered with what was found blacked out."
        case (.bounce, _): "BOUNCE: the message is refused, and may be sent in other words."
        case (.hold, _): "HOLD: the message is delivered to nobody until someone releases it."
        case (.block, .message): "BLOCK: the message is refused."
        case (.block, .edit): "BLOCK: the edit is refused, and the message stays as it was."
        case (.block, .join): "BLOCK: they don't enter the channel."
        case (.block, .connect): "BLOCK: they don't connect."
        }
    }

    /// What the sender reads.
    var said: String? {
        verdict.say ?? verdict.problem ?? verdict.outcome?.sentence
    }

    private var consequences: [String] {
        var lines: [String] = []
        if verdict.stage == .schema { lines.append("No rule was asked.") }
        if let said { lines.append("The sender reads: “\(SafeText.line(said))”") }
        if let body = verdict.redactedBody {
            lines.append("Others read: \(ShownText(String(decoding: body, as: UTF8.self)).line)")
        }
        if let wait = verdict.retryAfterMs {
            lines.append("It may pass after \(wait / 1000).\(wait % 1000 / 100) s")
        }
        lines += verdict.effects.map(Self.sentence)
        if !verdict.shadowRules.isEmpty {
            lines.append(
                "Rules in shadow would have acted: \(verdict.shadowRules.joined(separator: ", "))"
            )
        }
        if verdict.score > 0 { lines.append("Score \(verdict.score)") }
        return lines
    }

    private static func sentence(_ effect: Effect) -> String {
        switch effect {
        case .flag(let queue): "Flagged for those who look through '\(queue)'"
        case .label(let word): "Labelled '\(word)'"
        case .notify(let duty): "Notified: \(duty)"
        case .tell(let text): "The sender is told besides: “\(SafeText.line(text))”"
        case .strike(let rule, let count):
            "\(Quantity.count(count, "strike")) against the sender by \(rule)"
        case .mute(let seconds): "The sender is muted for \(Quantity.time(seconds))"
        case .channelMute(let seconds):
            "The sender is muted in the channel for \(Quantity.time(seconds))"
        case .disconnect: "The sender is disconnected"
        case .ban(let seconds): "The sender is banned for \(Quantity.time(seconds))"
        case .channelBan(let seconds):
            "The sender is banned from the channel for \(Quantity.time(seconds))"
        case .preserve(let seconds):
            "What was said \(Quantity.time(seconds)) before and after is kept"
        }
    }
}
