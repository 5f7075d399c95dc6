import Foundation
import Outcomes
import PolicyEngine

extension ExplanationReport {
    /// The same for programs: one JSON object.
    var json: String {
        let verdict = explanation.verdict
        let object = Object(
            disposition: verdict.disposition.word,
            outcome: verdict.outcome?.rawValue,
            says: VerdictWords(verdict, on: scenario.occasion).said,
            effects: verdict.effects.map(Object.Effect.init),
            score: verdict.score,
            redactedBody: verdict.redactedBody.map { String(decoding: $0, as: UTF8.self) },
            nanoseconds: explanation.nanoseconds,
            rules: explanation.rules.map(Object.Story.init)
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Strings, numbers and lists of them can always be written.
        return (try? encoder.encode(object)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private struct Object: Encodable {
        let disposition: String
        let outcome: String?
        let says: String?
        let effects: [Effect]
        let score: Int
        let redactedBody: String?
        let nanoseconds: Int
        let rules: [Story]

        struct Effect: Encodable {
            let effect: String
            let value: String?

            init(_ effect: PolicyEngine.Effect) {
                self.effect = effect.word
                value =
                    switch effect {
                    case .flag(let text), .label(let text), .notify(let text), .tell(let text): text
                    case .strike(_, let count): "\(count)"
                    case .mute(let seconds), .channelMute(let seconds), .ban(let seconds),
                        .channelBan(let seconds), .preserve(let seconds):
                        "\(seconds)"
                    case .disconnect: nil
                    }
            }
        }

        struct Story: Encodable {
            let rule: String
            let place: String
            let mode: String
            let severity: String
            let disposition: String
            let reason: String?
            /// hit, failed, exempt or passed.
            let end: String
            let exemption: String?
            let conditions: [Condition]
            let found: [Place]
            let nanoseconds: Int

            init(_ story: RuleStory) {
                rule = story.rule.id
                place = "\(story.rule.place.file):\(story.rule.place.line)"
                mode = story.rule.mode.rawValue
                severity = story.rule.severity.rawValue
                disposition = story.rule.disposition.word
                reason = story.rule.reason
                switch story.end {
                case .hit: (end, exemption) = ("hit", nil)
                case .failed: (end, exemption) = ("failed", nil)
                case .setAside(let name): (end, exemption) = ("exempt", name)
                case .passed: (end, exemption) = ("passed", nil)
                }
                conditions = story.steps.map(Condition.init)
                found = story.found.map(Place.init)
                nanoseconds = story.nanoseconds
            }
        }

        struct Condition: Encodable {
            let condition: String
            let holds: Bool?
            let detail: String

            init(_ step: RuleStory.Step) {
                (condition, holds, detail) = (step.condition, step.holds, step.detail)
            }
        }

        struct Place: Encodable {
            let by: String
            let field: String
            let start: Int
            let end: Int
            let text: String

            init(_ found: Found) {
                by = found.source
                field = found.field
                start = found.start
                end = found.end
                text = found.piece
            }
        }
    }
}
