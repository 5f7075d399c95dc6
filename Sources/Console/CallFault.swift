import HubCore
import Hummingbird
import Outcomes

/// Why a call is answered with an error.
struct CallFault: Error {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    var decision: Decision?

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// One of the hub's own refusals.
    init(_ outcome: Outcome, _ decision: Decision? = nil) {
        self.init(.init(code: outcome.httpStatus ?? 400), outcome.rawValue, outcome.sentence)
        self.decision = decision
    }

    /// Something in the query or the body is not as the API has it.
    init(bad name: String, _ wanted: String) {
        self.init(.badRequest, "bad_call", "'\(name)' is to be \(wanted).")
    }

    init(missing name: String, _ meaning: String) {
        self.init(.badRequest, "bad_call", "'\(name)' is missing: \(meaning).")
    }

    static func notFound(_ what: String) -> CallFault {
        CallFault(.notFound, "not_found", what)
    }

    /// An object with `code`, `message` and, when it was recorded, `decision`.
    var answer: Answer {
        var answer = Answer.json(
            status,
            ErrorBody(code: code, message: message, decision: decision.map { "\($0)" })
        )
        if status == .unauthorized { answer.challenge = "Bearer" }
        return answer
    }

    private struct ErrorBody: Encodable {
        let code: String
        let message: String
        let decision: String?
    }
}
