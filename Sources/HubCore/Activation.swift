package import AuditLog
package import PolicyEngine

/// Policies that are to be put in force, by whom and why.
package struct Activation: Sendable {
    /// Who puts them in force: a code, for the event.
    package enum Actor: String, Sendable {
        /// The hub itself, at its start.
        case start
        /// The hub itself, which watches the folder.
        case watch
        /// Whoever may send the process a signal.
        case signal
        /// Someone who asked by a row of `audit.request`.
        case request
        /// Someone who asked through the operators' API.
        case api
    }

    package var bundle: Bundle
    package var actor: Actor
    /// The request's number.
    package var request: Int64?
    /// Who asked through the API, as a pseudonym.
    package var by: UUID16?
    /// Why, and on whose word, as JSON text: content. Nil when nobody said.
    package var reason: String?

    package init(_ bundle: Bundle, by actor: Actor, request: Int64? = nil, reason: String? = nil) {
        self.bundle = bundle
        self.actor = actor
        self.request = request
        self.reason = reason
    }

    /// As an operator asked for it through the API.
    package init(_ bundle: Bundle, by call: OperatorCall) {
        self.init(bundle, by: .api, reason: String(decoding: call.account, as: UTF8.self))
        by = call.actor.pseudonym
    }
}
