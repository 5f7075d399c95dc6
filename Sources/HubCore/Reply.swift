package import Outcomes

/// What the sender of a proposal is told once it is durable.
package enum Reply: Sendable, Equatable {
    case none
    /// Delivered or redacted, as the disposition says; `say` is the rule's sentence.
    case sent(say: String?)
    /// Waits until someone decides; nobody else sees it.
    case held(say: String?)
    case joined(say: String?)
    /// The session goes on where another one was cut off; its channels follow.
    case resumed
    /// In a channel again, behind all that was missed.
    case rejoined(say: String?)
    /// The session could not go on in a channel.
    case leftOut(String, Outcome, say: String?)
    case left
    /// Is shown who is in the channel from now on, or no longer.
    case presence(isOn: Bool)
    /// Taken out of the channel, because new claims don't open it.
    case removed(say: String?)
    /// A page of what was said: JSON text of a list, and the place before which the next one ends.
    case page(messages: [UInt8], next: Place?)
    /// New words are with the members, redacted or not; `say` is the rule's sentence.
    case edited(say: String?)
    case deleted
    /// A fresh token counts; times in Unix seconds.
    case renewed(name: String, expiresAt: Int64, tokenExpiresAt: Int64, token: TokenMark)
    /// Refused; `message` replaces the outcome's own sentence.
    case refused(Outcome, message: String? = nil, retryAfterMs: Int? = nil)
    /// The connection ends with the outcome's close code.
    case close(Outcome)
    /// The handshake behind this ticket may answer 101, or its refusal; or policies are in force; or
    /// an operator's call has taken effect, unless it was refused; or what a keeper asked for is
    /// recorded.
    case handshake(ticket: Int, refusal: Outcome? = nil)
}
