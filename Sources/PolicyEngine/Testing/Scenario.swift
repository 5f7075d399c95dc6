import JSONDocument
import Outcomes

/// An item that nobody sent, and what is supposed to be known with it.
package struct Scenario: Sendable {
    package let occasion: Occasion
    /// The kind of a message.
    package let kind: String
    /// The body of a message as JSON text.
    package var body: [UInt8]
    package var circumstances: Circumstances
    /// How often it is sent, at once.
    package let times: Int

    package init(
        occasion: Occasion,
        kind: String = "message",
        body: [UInt8] = [],
        circumstances: Circumstances,
        times: Int = 1
    ) {
        self.occasion = occasion
        self.kind = kind
        self.body = body
        self.circumstances = circumstances
        self.times = times
    }

    /// The body of a plain message: an object with its `text`.
    package static func body(text: String) -> [UInt8] {
        var json: [UInt8] = Array(#"{"text":"#.utf8)
        json.append(jsonString: text)
        return json + [UInt8(ascii: "}")]
    }
}

extension Judge {
    /// Judges a scenario as often as it says.
    ///
    /// - Returns: the last verdict.
    package func judge(_ scenario: Scenario) -> Verdict {
        withItem(of: scenario) { item in
            var verdict = Verdict.allowed
            for _ in 0..<scenario.times { verdict = judge(item, in: scenario.circumstances) }
            return verdict
        } ?? .refused(.badJSON, problem: "The body is not valid JSON.")
    }

    /// Calls with a scenario's item, which is valid during the call; nil when the body is not valid
    /// JSON.
    func withItem<Answer>(of scenario: Scenario, _ body: (Item) -> Answer) -> Answer? {
        switch scenario.occasion {
        case .connect: return body(.connect)
        case .join: return body(.join)
        case .message, .edit, .history: break
        }
        let parser = JSONParser(depthMax: bundle.limits.depthMax)
        return withExtendedLifetime(parser) {
            scenario.body.withUnsafeBytes { text in
                guard case .value(let value) = parser.parse(text) else { return nil }
                let said = Item.Said(kind: scenario.kind, body: value, bytes: text.count)
                switch scenario.occasion {
                case .edit: return body(.edit(said))
                case .history: return body(.history(said))
                default: return body(.message(said))
                }
            }
        }
    }
}
